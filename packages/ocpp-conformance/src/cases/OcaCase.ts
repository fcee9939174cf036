/** What a case is: one readable list of steps. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { World } from "./World.ts"

/** What every case says of itself. */
export interface CaseHead {
  /** `TC_B_01_CSMS`. */
  readonly id: CaseId
  /** What is shown, in a few words. */
  readonly title: string
  /** `M` mandatory, `C(feature)` conditional for a CSMS, with the profile where it is not Core. */
  readonly certification: string
  /** The requirements that the case cites, and those that really decide it. */
  readonly requirements: ReadonlyArray<string>
}

/** The name of a case. */
export type CaseId = `TC_${Block}_${string}_CSMS`

/** The blocks with cases. */
export type Block = "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M" | "N" | "O" | "P"

/** A case that is run with a scripted station. */
export interface OcaCase extends CaseHead {
  /** Connector states are reported in it, so it is run once for either form of the report. */
  readonly bothForms?: true
  /** The steps. A failure, a defect or a wrong frame on the wire fails the case. */
  readonly run: (world: World) => Effect.Effect<void, unknown, Scope.Scope>
}

/** A case that is not run with a scripted station over every adapter. */
export interface ReferredCase extends CaseHead {
  /** Where it is shown, when it is: its tests begin with its id there as well. */
  readonly shownBy?: "securitySuite"
  /** Why it cannot apply. */
  readonly notApplicable: string
}
