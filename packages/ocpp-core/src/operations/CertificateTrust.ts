/** Whether a certificate comes from a CA that is trusted: what the station's side asks, too. PKI.js is loaded with the first use. */
import { type ReadCertificate, readCertificates } from "../transport/X509.ts"

/**
 * Why a certificate is not to be trusted, one sentence; `undefined` when it is. It is the first of `chain`, intermediate ones
 * behind it; `roots` are PEM each. `now`: milliseconds since 1970. Not whether it was revoked.
 */
export const trustProblem = async (
  chain: ReadonlyArray<ReadCertificate>,
  roots: ReadonlyArray<string>,
  now: number
): Promise<string | undefined> => {
  const [leaf, ...others] = chain
  if (leaf === undefined) return "There is no certificate."
  const { chainProblem } = await import("../pki/Chain.ts")
  return chainProblem(
    leaf,
    others,
    roots.flatMap((pem) => readCertificates(pem) ?? []),
    now
  )
}
