/** Keeps the reservations of one station: takes them on, lets them expire, and tells the CSMS how they ended (block H). */
import type { IdTokenType, ReserveNowStatusEnumType } from "@wattline/ocpp-v201"
import type { EVSE } from "../EVSE.ts"
import type { Timer, VirtualStation } from "../VirtualStation.ts"
import {
  findUsable,
  isReserved,
  judge,
  noReservations,
  type Reservation,
  type Reservations,
  settle,
  type Settled,
  type Spot
} from "./Reservations.ts"
import { isUnheard } from "./StatusReports.ts"

type End = Settled["ended"][number]

/** Milliseconds after which the alarm for expiries is set anew at the latest: a timer need not reach further. */
const longestAlarm = 86_400_000

const noEnds: ReadonlyArray<End> = []

/** What a book asks of the part that has it. */
export interface ReservationKeeper {
  /** An EVSE as it is now. */
  spot(evse: EVSE): Spot
  /** A reservation may have expired. */
  refresh(): void
}

/** See the head of the file. It is kept over a reboot (B01.FR.13). */
export class ReservationBook {
  #reservations: Reservations = noReservations
  #held: ReadonlyArray<number> = []
  #alarm: Timer | undefined = undefined
  #isResting = false
  #untold: ReadonlyArray<End> = noEnds
  readonly #station: VirtualStation
  readonly #keeper: ReservationKeeper

  constructor(station: VirtualStation, keeper: ReservationKeeper) {
    this.#station = station
    this.#keeper = keeper
  }

  /** Those that hold now. */
  held(): ReadonlyArray<Reservation> {
    return this.#reservations.length === 0 ? noReservations : this.#now().kept
  }

  /** Whether the EVSE shows Reserved, as of the last `settle`. */
  reserves(evseId: number): boolean {
    return isReserved(this.#reservations, this.#held, evseId)
  }

  /** Whether the EVSE is kept for somebody else than this token, as of now. */
  keepsFrom(evse: EVSE, idToken: IdTokenType | undefined, groupIdToken: IdTokenType | undefined): boolean {
    if (this.#reservations.length === 0) return false
    const { held, kept } = this.#now()
    if (!isReserved(kept, held, evse.id)) return false
    return idToken === undefined || findUsable(kept, this.#keeper.spot(evse), idToken, groupIdToken) === undefined
  }

  /** Takes the reservation that the token uses at the EVSE out: its id (H03.FR.09). */
  use(evse: EVSE, idToken: IdTokenType, groupIdToken: IdTokenType | undefined): number | undefined {
    if (this.#reservations.length === 0) return undefined
    const used = findUsable(this.#reservations, this.#keeper.spot(evse), idToken, groupIdToken)?.id
    if (used !== undefined) this.remove(used)
    return used
  }

  /** What ReserveNow is answered with (H01.FR.03 to H01.FR.14). Accepted: it is in, also in the place of its predecessor. */
  reserve(wanted: Reservation): ReserveNowStatusEnumType {
    const { held, kept } = this.#now()
    const status = judge(wanted, kept, this.#spots(), held)
    if (status !== "Accepted") return status
    this.remove(wanted.id) // H01.FR.02
    this.#reservations = [...this.#reservations, wanted]
    return status
  }

  /** Whether there was one. */
  remove(id: number): boolean {
    const rest = this.#reservations.filter((reservation) => reservation.id !== id)
    const wasThere = rest.length < this.#reservations.length
    if (wasThere) this.#reservations = rest
    return wasThere
  }

  /** Takes out what has expired, and what has no EVSE any more; these are to be told with `tell` once statuses are. */
  settle(): ReadonlyArray<End> {
    const { ended, held, kept } = this.#now()
    this.#reservations = kept
    this.#held = held
    this.#setAlarm()
    return ended
  }

  /** Tells how reservations ended; what does not arrive is told after the reconnect, so that the CSMS need not presume it. */
  tell(ended: ReadonlyArray<End>): void {
    for (const end of ended) this.#tell(end)
  }

  /** Tells what could not be told before. */
  tellLate(): void {
    const untold = this.#untold
    this.#untold = noEnds
    this.tell(untold)
  }

  /** The station goes down: no alarm until `wake`. */
  rest(): void {
    this.#isResting = true
    this.#stopAlarm()
  }

  /** The station is back: `settle` must follow. */
  wake(): void {
    this.#isResting = false
  }

  #now(): Settled {
    const spots = this.#reservations.length === 0 ? [] : this.#spots()
    return settle(this.#reservations, spots, this.#held, this.#station.now())
  }

  #spots(): ReadonlyArray<Spot> {
    return this.#station.evses.map((evse) => this.#keeper.spot(evse))
  }

  #stopAlarm(): void {
    this.#alarm?.cancel()
    this.#alarm = undefined
  }

  #setAlarm(): void {
    this.#stopAlarm()
    if (this.#reservations.length === 0 || this.#isResting) return
    const first = Math.min(...this.#reservations.map(({ expiresAt }) => expiresAt))
    const milliseconds = Math.min(longestAlarm, Math.max(0, first - this.#station.now()))
    this.#alarm = this.#station.after(milliseconds, () => {
      this.#alarm = undefined
      this.#keeper.refresh()
    })
  }

  #tell(end: End): void {
    const { client } = this.#station
    if (!client.isOnline) return this.#later(end)
    client.call(
      "ReservationStatusUpdate",
      { reservationId: end.id, reservationUpdateStatus: end.status },
      (outcome) => {
        if (isUnheard(outcome)) this.#later(end)
      }
    )
  }

  #later(end: End): void {
    this.#untold = [...this.#untold, end]
  }
}
