/** Where files are fetched from and put: a URL that may let somebody in, which nothing here keeps or tells as it is. */

/**
 * A URL without what lets somebody in: the password before the host and everything after `?` or `#` is `***`. Any text; what
 * is no URL is left out as a whole, since nobody knows what it is.
 *
 * @example
 * maskedLocation("ftp://ota:s3cret@files.example/fw.bin?sig=1") // "ftp://ota:***@files.example/fw.bin?***"
 */
export const maskedLocation = (location: string): string => {
  const [, scheme, authority = "", path = "", query] = urlParts.exec(location) ?? []
  if (scheme === undefined) return "***"
  const host = authority.lastIndexOf("@")
  const [user, ...password] = host < 0 ? [] : authority.slice(0, host).split(":")
  const access = user === undefined ? "" : `${user}${password.length > 0 ? ":***" : ""}@`
  return `${scheme}://${access}${authority.slice(host + 1)}${path}${query === undefined ? "" : `${query}***`}`
}

/** Scheme in lower case, such as `ftp`; `undefined` for what is no URL. */
export const schemeOf = (location: string): string | undefined => urlParts.exec(location)?.[1]?.toLowerCase()

/** Scheme, authority, path, and the sign that begins the query or the fragment. */
const urlParts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)([^?#]*)([?#])?/i
