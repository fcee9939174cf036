/** The secrets of a suite, and everything that was told to anybody who is not meant to know them. */

/** See the head of the file. One per suite. */
export class Secrets {
  private readonly texts = new Set<string>()
  private readonly told: Array<string> = []

  /** How many secrets there are, and how many texts were told. */
  get size(): { readonly secrets: number; readonly told: number } {
    return { secrets: this.texts.size, told: this.told.length }
  }

  /** A password, and the `Authorization` header that is made with it. */
  addPassword(user: string, password: string): string {
    const credentials = Buffer.from(`${user}:${password}`).toString("base64")
    this.texts.add(password)
    this.texts.add(credentials)
    return `Basic ${credentials}`
  }

  /** A private key, PEM: each line of it is secret. */
  addKey(pem: string): void {
    for (const line of pem.split("\n")) if (line.length >= 16 && !line.startsWith("-")) this.texts.add(line)
  }

  /** A log line, an event, the body of a refusal: something that others see. */
  tell(text: string): void {
    this.told.push(text)
  }

  /** What was told with a secret or a password hash in it; of the newest when `from` is that `size.told` before them. */
  leaks(from = 0): ReadonlyArray<string> {
    const texts = [...this.texts, "$pbkdf2", "PRIVATE KEY"]
    return this.told.slice(from).filter((line) => texts.some((text) => line.includes(text)))
  }
}
