/** What every call gets once the CSMS is closed. */

/** The CSMS was closed with `close()`, or is closing: nothing can be asked of it any more. */
export class CsmsClosed extends Error {
  readonly _tag = "CsmsClosed"
  override readonly name = "CsmsClosed"

  constructor() {
    super("The CSMS is closed; make a new one with createCsms")
  }
}
