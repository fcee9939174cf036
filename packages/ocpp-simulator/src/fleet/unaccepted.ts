/** Why no station of a fleet was accepted, and what to look at. Pure. */
import type { Report } from "../report/Report.ts"

/** Why an attempt to connect failed, and what to look at where that says too little; `status` is that of the HTTP answer. */
export const withAdvice = (detail: string, status: number | undefined): string => {
  const advice = adviceFor(status)
  const sentence = /[.!?]$/u.test(detail) ? detail : `${detail}.`
  return advice === undefined ? sentence : `${sentence} ${advice}`
}

const adviceFor = (status: number | undefined): string | undefined => {
  if (status === 401 || status === 403)
    return "Does the CSMS know the identity, and is the password right (--password, or OCPP_PASSWORD)?"
  if (status === 404)
    return "Does the CSMS know the identity, and is the path right? The identity is appended to --url."
  if (status !== undefined && status < 400) return "Is this the URL of a CSMS, and not of a web page?"
  return undefined
}

/** The sentence for a run in which no station was accepted; `refusal` is why the first attempt to connect failed. */
export const unaccepted = ({ actions, connections }: Report, refusal: string | undefined): string => {
  if (connections.opened === 0)
    return `No station was accepted by the CSMS: ${refusal ?? "no attempt to connect was answered before the end."}`
  const boot = actions.find(({ action, direction }) => action === "BootNotification" && direction === "toCsms")
  const answers = [
    ...Object.keys(boot?.statuses ?? {}),
    ...Object.keys(boot?.errors ?? {}).map((code) => `CALLERROR ${code}`)
  ]
  const why = [
    ...(answers.length > 0 ? [`was answered with ${answers.join(" and ")}`] : []),
    ...((boot?.invalid ?? 0) > 0
      ? ["was answered with something the schema does not allow (ocpp-sim station shows what)"]
      : []),
    ...((boot?.timeouts ?? 0) > 0 ? ["was not answered in time"] : []),
    ...((boot?.lost ?? 0) > 0 ? ["was not answered before the connection was lost"] : [])
  ]
  return `No station was accepted by the CSMS: BootNotification ${
    why.length === 0 ? "was not answered before the end" : why.join(", ")
  }.`
}
