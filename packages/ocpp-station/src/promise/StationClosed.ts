/** What every call gets once a station is closed. */

/** The station was closed with `close()`, or is closing: nothing can be asked of it any more. */
export class StationClosed extends Error {
  readonly _tag = "StationClosed"
  override readonly name = "StationClosed"

  constructor() {
    super("The station is closed; connect a new one")
  }
}
