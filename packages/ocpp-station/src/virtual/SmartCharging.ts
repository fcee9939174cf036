/**
 * Charging profiles of a virtual station (K): which it takes, what they allow together, and who is told. The composite schedule
 * is calculated by the calculator that a CSMS uses for its preview; what it says is what `Power` keeps to.
 */
import * as Effect from "effect/Effect"
import { andThen, type Answer, type Refusal, refuse } from "@wattline/ocpp-core"
import type {
  ChargingProfileType,
  ChargingScheduleType,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  GetChargingProfilesRequest,
  GetChargingProfilesResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  SetChargingProfileRequest,
  SetChargingProfileResponse
} from "@wattline/ocpp-v201"
import { Composites } from "./charging/Composites.ts"
import { EVDialogues } from "./charging/EVDialogues.ts"
import { ExternalLimits } from "./charging/ExternalLimits.ts"
import { told, unitFor, unlimited } from "./charging/Outlook.ts"
import { isCleared, reportsOf, type Sourced } from "./charging/Selection.ts"
import { brokenRule, type Candidate, type Installed, type ProfileRule } from "./charging/Rules.ts"
import type { EVSE } from "./EVSE.ts"
import type { ExternalLimitOptions, Limit, SmartChargingPart } from "./parts.ts"
import { repeatableProfile } from "./repeatable.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** What a station holds before it starts, and how much it can hold. */
export interface SmartChargingOptions {
  /** Charging profiles held at most: the maxLimit of SmartChargingCtrlr.Entries[ChargingProfiles]. Default 100. */
  readonly maxProfiles?: number
  /** Profiles from before a restart of the process: what `installed` said then (K01.FR.27). */
  readonly installed?: ReadonlyArray<Installed>
}

/** See the head of the file. */
export class SmartCharging implements SmartChargingPart {
  readonly handlers: NonNullable<SmartChargingPart["handlers"]>
  readonly #station: VirtualStation
  readonly #maxProfiles: number
  readonly #composites: Composites
  /** Made when they are needed first: few stations have EVs that speak, or limits from outside. */
  #dialogues: EVDialogues | undefined = undefined
  #external: ExternalLimits | undefined = undefined
  #installed: ReadonlyArray<Installed>

  constructor(station: VirtualStation, { installed = [], maxProfiles = 100 }: SmartChargingOptions = {}) {
    this.#station = station
    this.#installed = installed
    this.#maxProfiles = maxProfiles
    this.#composites = new Composites(station, () => this.#all())
    this.handlers = {
      SetChargingProfile: (request) => this.#guarded(() => this.#set(request)),
      GetChargingProfiles: (request) => this.#guarded(() => this.#report(request)),
      ClearChargingProfile: (request) => this.#guarded(() => this.#clear(request)),
      GetCompositeSchedule: (request) => this.#guarded(() => this.#composite(request))
    }
  }

  /** The charging profiles of the CSMS, oldest first; they outlive a reboot (K01.FR.27). */
  get installed(): ReadonlyArray<Installed> {
    return this.#installed
  }

  limitOf(evse: EVSE): Limit {
    return this.#isEnabled() ? this.#composites.ofEVSE(evse) : unlimited
  }

  stationLimit(): Limit {
    return this.#isEnabled() ? this.#composites.ofStation() : unlimited
  }

  mayBegin(evse: EVSE): boolean {
    if (evse.plugged?.ev.iso15118 === undefined) return true
    this.#dialogues ??= new EVDialogues(this.#station)
    return this.#dialogues.mayBegin(evse)
  }

  refusalOfStart(profile: ChargingProfileType, evseId: number | undefined): string | undefined {
    return this.#isEnabled() ? this.#judge(profile, evseId, true)?.reasonCode : undefined
  }

  startedWith(profile: ChargingProfileType, evseId: number, transactionId: string): void {
    if (this.#isEnabled()) this.#install({ ...repeatableProfile(profile), transactionId }, evseId)
  }

  transactionEnded(transactionId: string): void {
    this.#dialogues?.transactionEnded(transactionId)
    this.#composites.forget()
    const kept = this.#installed.filter(({ profile }) => profile.transactionId !== transactionId)
    if (kept.length !== this.#installed.length) this.#hold(kept)
  }

  setExternalLimit(watts: number | undefined, options?: ExternalLimitOptions): void {
    if (this.#station.model.value("SmartChargingCtrlr", "ExternalControlSignalsEnabled") === "false") return
    const external = (this.#external ??= new ExternalLimits(this.#station))
    let isOther = false
    const renegotiate = this.#renegotiating(() => {
      isOther = external.set(watts, options, this.#rateUnits(), this.#composites.grid())
    })
    if (!isOther) return
    this.#composites.forget()
    renegotiate()
    this.#station.power.limitsChanged()
  }

  /** K17: the EV at an EVSE wants another charging profile, because its driver does. */
  renegotiate(evseId: number): void {
    const evse = this.#station.evse(evseId)
    if (evse !== undefined) this.#dialogues?.renegotiate(evse)
  }

  online(): void {
    this.#external?.online()
    this.#count()
  }

  offline(): void {
    this.#dialogues?.offline()
  }

  down(): void {
    this.#dialogues?.down()
    this.#composites.forget()
  }

  /** K01.FR.29. */
  #guarded<A>(answer: () => A | Answer<A>): Effect.Effect<A | Answer<A>, Refusal> {
    return Effect.suspend((): Effect.Effect<A | Answer<A>, Refusal> =>
      this.#isEnabled() ? Effect.succeed(answer()) : Effect.fail(refuse("NotSupported", "no smart charging"))
    )
  }

  #isEnabled(): boolean {
    const { model } = this.#station
    const says = (variable: string): string | undefined => model.value("SmartChargingCtrlr", variable)
    return says("RateUnit") !== undefined && says("Enabled") !== "false" && says("Available") !== "false"
  }

  #set(request: SetChargingProfileRequest): SetChargingProfileResponse | Answer<SetChargingProfileResponse> {
    const { evseId } = request
    const chargingProfile = repeatableProfile(request.chargingProfile)
    const broken = this.#judge(chargingProfile, evseId, false)
    if (broken !== undefined) {
      const { id, reasonCode } = broken
      return { status: "Rejected", statusInfo: { reasonCode, additionalInfo: id } }
    }
    // As the station writes it: ids compare without case.
    const transactionId = this.#station.evse(evseId)?.transaction?.transactionId
    const isTx = chargingProfile.chargingProfilePurpose === "TxProfile" && transactionId !== undefined
    const renegotiate = this.#renegotiating(() =>
      this.#install(isTx ? { ...chargingProfile, transactionId } : chargingProfile, evseId)
    )
    return andThen(
      { status: "Accepted" },
      Effect.sync(() => {
        if (!isTx) renegotiate()
        this.#taken(chargingProfile, evseId)
      })
    )
  }

  /** What follows once the CSMS knows that its profile is taken. */
  #taken(profile: ChargingProfileType, evseId: number): void {
    const evse = this.#station.evse(evseId)
    if (evse !== undefined && profile.chargingProfilePurpose === "TxProfile")
      this.#dialogues?.profileSet(evse, this.#chosen(profile, evse))
    this.#station.power.limitsChanged()
  }

  /**
   * Makes a change; what is given back lets the EVs whose composite schedule it has changed choose anew, and is to be called once
   * the CSMS has its answer (K16.FR.02, as the erratum of 2025-09 has it).
   */
  #renegotiating(change: () => void): () => void {
    const evses = this.#station.evses.filter((evse) => this.#dialogues?.hasChosen(evse) === true)
    const window = { start: this.#second(), duration: day, unit: "W" } as const
    const look = (evse: EVSE): string => JSON.stringify(this.#composites.within(evse, window))
    const before = evses.map(look)
    change()
    const changed = evses.filter((evse, at) => look(evse) !== before[at])
    return () => {
      for (const evse of changed) this.#dialogues?.profileSet(evse, this.#chosen(this.#txProfileOf(evse), evse))
    }
  }

  /** The TxProfile that counts most at an EVSE. */
  #txProfileOf({ transaction }: EVSE): ChargingProfileType | undefined {
    return this.#installed
      .map(({ profile }) => profile)
      .filter((profile) => profile.transactionId !== undefined && profile.transactionId === transaction?.transactionId)
      .toSorted((a, b) => b.stackLevel - a.stackLevel)[0]
  }

  /** The schedule of the EV: the first that is offered, within all other limits, for as long as that lasts at most. */
  #chosen(profile: ChargingProfileType | undefined, evse: EVSE): ChargingScheduleType {
    const [first] = profile?.chargingSchedule ?? []
    const duration = Math.min(day, first?.duration ?? day)
    const chargingRateUnit = first?.chargingRateUnit ?? "W"
    const window = { start: this.#second(), duration, unit: chargingRateUnit }
    const chargingSchedulePeriod = told(this.#composites.within(evse, window))
    return { id: first?.id ?? 0, duration, chargingRateUnit, chargingSchedulePeriod }
  }

  #judge(profile: ChargingProfileType, evseId: number | undefined, isStart: boolean): ProfileRule | undefined {
    const { evses, model } = this.#station
    const evse = evseId === undefined ? undefined : this.#station.evse(evseId)
    const tuples = evse?.plugged?.ev.iso15118?.maxScheduleTuples ?? Infinity
    const most = model.number("SmartChargingCtrlr", "PeriodsPerSchedule", undefined, 1024)
    const switching = evse === undefined ? "SmartChargingCtrlr" : { name: "SmartChargingCtrlr", evse: { id: evse.id } }
    const candidate: Candidate = {
      profile,
      evseId,
      isStart,
      evseIds: evses.map(({ id }) => id),
      transactionId: evse?.transaction?.transactionId,
      installed: this.#installed,
      external: this.#others(),
      rateUnits: this.#rateUnits(),
      maxStackLevel: model.number("SmartChargingCtrlr", "ProfileStackLevel", undefined, Infinity),
      maxPeriods: profile.chargingProfilePurpose === "TxProfile" ? Math.min(most, tuples) : most,
      maxProfiles: this.#maxProfiles,
      switchesPhases:
        model.flag(switching, "ACPhaseSwitchingSupported") ||
        model.flag("SmartChargingCtrlr", "ACPhaseSwitchingSupported"),
      phases: evse?.supply.phases ?? Math.max(0, ...evses.map(({ supply }) => supply.phases)),
      needs: evse?.plugged?.ev.iso15118 === undefined ? "NoISO15118" : (this.#dialogues?.needsAt(evse) ?? "NotTold"),
      now: this.#station.now()
    }
    return brokenRule(candidate)
  }

  /** K01.FR.05: the same id takes the place of what was there, wherever that was. */
  #install(profile: ChargingProfileType, evseId: number): void {
    const others = this.#installed.filter((known) => known.profile.id !== profile.id)
    this.#hold([...others, { evseId, profile, acceptedAt: this.#station.now() }])
  }

  #hold(installed: ReadonlyArray<Installed>): void {
    this.#installed = installed
    this.#composites.forget()
    this.#count()
  }

  /** SmartChargingCtrlr.Entries[ChargingProfiles] says how many there are. */
  #count(): void {
    if (this.#isEnabled())
      this.#station.model.set("SmartChargingCtrlr", "Entries", this.#installed.length, "ChargingProfiles")
  }

  #clear(request: ClearChargingProfileRequest): ClearChargingProfileResponse | Answer<ClearChargingProfileResponse> {
    const kept = this.#installed.filter((known) => !isCleared(request, known))
    if (kept.length === this.#installed.length) return { status: "Unknown" }
    const renegotiate = this.#renegotiating(() => this.#hold(kept))
    return andThen(
      { status: "Accepted" },
      Effect.sync(() => {
        renegotiate()
        this.#station.power.limitsChanged()
      })
    )
  }

  #report(request: GetChargingProfilesRequest): GetChargingProfilesResponse | Answer<GetChargingProfilesResponse> {
    const reports = reportsOf(request, this.#installed, this.#others())
    if (reports.length === 0) return { status: "NoProfiles" }
    const send = (): void => {
      for (const report of reports) this.#station.client.call("ReportChargingProfiles", report)
    }
    return andThen({ status: "Accepted" }, Effect.sync(send))
  }

  #composite(request: GetCompositeScheduleRequest): GetCompositeScheduleResponse {
    const { chargingRateUnit: wanted, duration, evseId } = request
    const unit = unitFor(wanted, this.#rateUnits())
    const rejected = (reasonCode: string): GetCompositeScheduleResponse => ({
      status: "Rejected",
      statusInfo: { reasonCode }
    })
    if (evseId !== 0 && this.#station.evse(evseId) === undefined) return rejected("UnknownEvse")
    if (unit === undefined) return rejected("UnsupportedRateUnit")
    if (duration < 0 || duration > longest) return rejected(duration < 0 ? "ValueTooLow" : "ValueTooHigh")
    const start = this.#second()
    const chargingSchedulePeriod = told(this.#composites.within(this.#station.evse(evseId), { start, duration, unit }))
    const scheduleStart = `${new Date(start).toISOString().slice(0, 19)}Z`
    return {
      status: "Accepted",
      schedule: { evseId, duration, scheduleStart, chargingRateUnit: unit, chargingSchedulePeriod }
    }
  }

  /** Profiles by others than the CSMS. */
  #others(): ReadonlyArray<Sourced> {
    return this.#external?.profiles ?? []
  }

  #all(): ReadonlyArray<Installed> {
    return this.#external === undefined ? this.#installed : [...this.#installed, ...this.#external.profiles]
  }

  #rateUnits(): ReadonlyArray<string> {
    return this.#station.model.list("SmartChargingCtrlr", "RateUnit")
  }

  #second(): number {
    return Math.floor(this.#station.now() / 1000) * 1000
  }
}

const day = 86_400

/** Seconds that a composite schedule is calculated for at most. */
const longest = 31 * day
