/**
 * The shape of a validator that anyone may bring: Standard Schema v1 (https://standardschema.dev), as far as it is used here.
 * A type only: zod, valibot, arktype, Effect (`Schema.toStandardSchemaV1`) and others fit it without an adapter.
 */

/** A validator that makes an `Output` out of anything, or says what is wrong. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1
    /** The library it comes from. */
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** Never there at run time. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What validating gives. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> }

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string
  /** Where: keys from the value inwards. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** Where the first issue is, as a JSON pointer; `""` is the value itself. For a `Misfit` of `DataTransfer.send`: `pathOf(outcome.issues)`. */
export const pathOf = (issues: ReadonlyArray<SchemaIssue>): string =>
  (issues[0]?.path ?? []).map((part) => `/${String(typeof part === "object" ? part.key : part)}`).join("")
