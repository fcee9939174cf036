/** The server certificate of a storm over TLS: made once by the bench, handed over in the environment. */

/** Certificate and key in PEM. */
export const certificate = (): { readonly cert: string; readonly key: string } => {
  const text = process.env["BENCH_CERTIFICATE"]
  if (text === undefined) throw new Error("BENCH_CERTIFICATE is not set")
  return JSON.parse(text) as { readonly cert: string; readonly key: string }
}
