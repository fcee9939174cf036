/** A value under construction: written to by the function that makes it, and by nobody once that has returned. */
export type Draft<A> = { -readonly [K in keyof A]: A[K] }
