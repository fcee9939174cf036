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

const digits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

const isDay = (year: number, month: number, day: number): boolean =>
  day <= (days[month] ?? 0) && (month !== 2 || day !== 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)))

/** `…:00Z` and `…:00.000Z`, the forms nearly every station uses, read without a regular expression. */
const isPlain = (text: string): boolean => {
  const seconds = text.length === 20 && text.charCodeAt(19) === 90 // Z
  const milliseconds =
    text.length === 24 &&
    text.charCodeAt(19) === 46 && // .
    text.charCodeAt(23) === 90 &&
    digits(text, 20) >= 0 &&
    digits(text, 21) >= 0
  if (!seconds && !milliseconds) return false
  const year = digits(text, 0) * 100 + digits(text, 2)
  const month = digits(text, 5)
  const day = digits(text, 8)
  return (
    text.charCodeAt(4) === 45 && // -
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 && // T
    text.charCodeAt(13) === 58 && // :
    text.charCodeAt(16) === 58 &&
    year >= 0 &&
    month >= 1 &&
    day >= 1 &&
    digits(text, 11) <= 23 &&
    digits(text, 14) <= 59 &&
    digits(text, 17) <= 60 &&
    isDay(year, month, day)
  )
}

/** RFC 3339 date-time. */
export const dateTime = (text: string): boolean => {
  if (isPlain(text)) return true
  const m = shape.exec(text)
  return m !== null && isDay(Number(m[1]), Number(m[2]), Number(m[3]))
}
