/** What the generated validators need at run time. */

/** What a validator leaves behind on a refusal: ajv's error object, first failure only. */
export interface ValidationError {
  /** JSON pointer to the offending value; "" is the payload itself. */
  readonly instancePath: string
  /** JSON pointer to the failed keyword in the payload's schema file, such as `#/definitions/ModemType/required`. */
  readonly schemaPath: string
  /** The failed keyword, such as `required` or `maxLength`. */
  readonly keyword: string
  /** Details by keyword, such as `{ missingProperty: "reason" }` or `{ limit: 20 }`. */
  readonly params: Readonly<Record<string, unknown>>
  /** One English phrase. */
  readonly message?: string
}

/** Tells whether a value is a valid payload. After `false` the reason is in `errors`, until the next call. */
export interface Validator<A> {
  /** Narrows `data` to the payload type. */
  (data: unknown): data is A
  /** The first failure of the last call; `null` after a success. */
  errors?: ReadonlyArray<ValidationError> | null
}

/** Length in code points; only called once `length` is already over the limit. */
export const ucs2length = (text: string): number => {
  let n = 0
  for (let i = 0; i < text.length; i++, n++) {
    const c = text.charCodeAt(i)
    if (c >= 0xd800 && c <= 0xdbff && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++
  }
  return n
}

const shape =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

const days = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** RFC 3339 date-time. */
export const dateTime = (text: string): boolean => {
  const m = shape.exec(text)
  if (m === null) return false
  const month = Number(m[2])
  const day = Number(m[3])
  if (day > days[month]!) return false
  if (month !== 2 || day !== 29) return true
  const year = Number(m[1])
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
