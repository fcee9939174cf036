/** The version that an image brings: the one its name has, else one more than there is. */

/** `https://ota.example/cs-2.4.1.bin` brings 2.4.1; an image without a version in its name brings 1.0.1 to a station with 1.0.0. */
export const versionOf = (location: string, current: string | undefined): string => {
  const name = URL.canParse(location) ? (new URL(location).pathname.split("/").at(-1) ?? "") : ""
  const named = /\d+(?:\.\d+)+/.exec(name)?.[0]
  if (named !== undefined) return named.slice(0, 50)
  const [, head = "", last = "0"] = /^(.*?)(\d*)$/.exec(current ?? "") ?? []
  return `${head}${Number(last) + 1}`.slice(0, 50)
}
