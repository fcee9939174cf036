/**
 * Blocks C and D of a virtual station: what decides on tokens. The AuthCtrlr, AuthCacheCtrlr and LocalAuthListCtrlr variables
 * are read each time, so a change by the CSMS holds at once. Cache and list are kept over a reboot (C10.FR.02, D01.FR.10), and
 * cost nothing until they are used.
 */
import type { AuthorizeResponse, IdTokenInfoType, IdTokenType, SendLocalListRequest } from "@wattline/ocpp-v201"
import { isSameToken } from "@wattline/ocpp-core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { CallOutcome, StationHandlers } from "../client/Client.ts"
import { AuthorizationCache, type CacheRules } from "./authorization/AuthorizationCache.ts"
import { decide, type Decision, type Found } from "./authorization/Decision.ts"
import { bytesOf, listed, type LocalList, noList, updated } from "./authorization/LocalList.ts"
import type { AuthorizationPart, Started, Verdict } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

interface Knowledge extends Found {
  readonly info: IdTokenInfoType
}

/** See the head of the file. */
export class Authorization implements AuthorizationPart {
  #cache: AuthorizationCache | undefined = undefined
  #list: LocalList = noList
  readonly #station: VirtualStation

  constructor(station: VirtualStation) {
    this.#station = station
  }

  /** The local list as it is stored, whether it is switched on or not. */
  get localList(): LocalList {
    return this.#list
  }

  /** ClearCache (C11), GetLocalListVersion (D02), SendLocalList (D01). */
  get handlers(): StationHandlers {
    return {
      ClearCache: () => Effect.sync(() => ({ status: this.#clearCache() ? "Accepted" : "Rejected" }) as const),
      GetLocalListVersion: () =>
        Effect.sync(() => ({ versionNumber: this.#isListOn() ? this.#list.versionNumber : 0 })),
      SendLocalList: (request) => Effect.sync(() => ({ status: this.#update(request) }))
    }
  }

  authorize(idToken: IdTokenType, done: (verdict: Verdict) => void): void {
    const { client } = this.#station
    // AuthEnabled is false, the start button (C02), or a token the CSMS itself has given (C03.FR.01, C05.FR.01).
    if (this.#isOff("AuthCtrlr", "Enabled") || idToken.type === "NoAuthorization")
      return done({ accepted: true, info: undefined, by: "NoAuthorization" })
    if (idToken.type === "Central") return done({ accepted: true, info: undefined, by: "CSMS" })
    const knowledge = this.#find(idToken)
    const decision = this.#decide(idToken, knowledge, client.isOnline)
    if (decision.is !== "Ask") return done(this.#verdict(decision, knowledge?.info))
    client.call("Authorize", { idToken }, (outcome) => done(this.#answered(idToken, outcome)))
  }

  known(idToken: IdTokenType): IdTokenInfoType | undefined {
    const knowledge = this.#find(idToken)
    return knowledge === undefined || knowledge.isPast ? undefined : knowledge.info
  }

  /** Not for tokens that are of one use only (C02.FR.03, C03.FR.02, C05.FR.02). */
  learned(idToken: IdTokenType, info: IdTokenInfoType): void {
    if (idToken.type === "NoAuthorization" || idToken.type === "Central" || !this.#isCacheOn()) return
    this.#cache ??= new AuthorizationCache()
    this.#cache.put(idToken, info, this.#station.now(), this.#cacheRules())
    this.#station.model.set("AuthCacheCtrlr", "Storage", this.#cache.bytes)
  }

  forget(idToken: IdTokenType): boolean {
    const wasThere = this.#cache?.delete(idToken) ?? false
    if (wasThere) this.#station.model.set("AuthCacheCtrlr", "Storage", this.#cache?.bytes ?? 0)
    return wasThere
  }

  /** The same token may whatever is said of it now; one of the group must be Accepted (C01.FR.03, C09.FR.07, C09.FR.11). */
  maySettle(started: Started, idToken: IdTokenType, info: IdTokenInfoType | undefined): boolean {
    if (isSameToken(started.idToken, idToken)) return true
    const { groupIdToken: group, status } = info ?? this.known(idToken) ?? {}
    const startedGroup = started.groupIdToken ?? this.known(started.idToken)?.groupIdToken
    return (
      status === "Accepted" && group !== undefined && startedGroup !== undefined && isSameToken(group, startedGroup)
    )
  }

  isMasterPass(info: IdTokenInfoType | undefined): boolean {
    const master = this.#station.model.value("AuthCtrlr", "MasterPassGroupId") ?? ""
    return master !== "" && info?.groupIdToken?.idToken.toLowerCase() === master.toLowerCase()
  }

  #verdict({ by, is }: Exclude<Decision, { readonly is: "Ask" }>, info: IdTokenInfoType | undefined): Verdict {
    const accepted = is === "Accepted"
    const isMaster = accepted && (by === "LocalList" || by === "Cache") && this.isMasterPass(info) // C16.FR.04, C16.FR.05
    return { accepted, info, by: isMaster ? "MasterPass" : by }
  }

  #answered(idToken: IdTokenType, outcome: CallOutcome<"Authorize">): Verdict {
    if (Exit.isSuccess(outcome)) {
      const { idTokenInfo } = outcome.value
      this.learned(idToken, idTokenInfo) // C10.FR.04
      const { personalMessage } = idTokenInfo
      if (personalMessage !== undefined)
        this.#station.tell({ _tag: "MessageShown", id: 0, content: personalMessage.content }) // I01.FR.03
      return { accepted: isGranted(outcome.value), info: idTokenInfo, by: "CSMS" }
    }
    const failure = Option.getOrUndefined(Exit.findErrorOption(outcome))
    if (failure?._tag === "CallError") return { accepted: false, info: undefined, by: "CSMS" }
    // No answer came: the station is alone with what it knows, as if it had been offline all along.
    const knowledge = this.#find(idToken)
    const decision = this.#decide(idToken, knowledge, false)
    return this.#verdict(decision.is === "Ask" ? { is: "Refused", by: "Offline" } : decision, knowledge?.info)
  }

  #decide({ type }: IdTokenType, found: Found | undefined, isOnline: boolean): Decision {
    const { model } = this.#station
    return decide(found, {
      isOnline,
      type,
      localPreAuthorize: model.flag("AuthCtrlr", "LocalPreAuthorize"),
      localAuthorizeOffline: model.flag("AuthCtrlr", "LocalAuthorizeOffline"),
      offlineTxForUnknownIdEnabled: model.flag("AuthCtrlr", "OfflineTxForUnknownIdEnabled"),
      disableRemoteAuthorization: model.flag("AuthCtrlr", "DisableRemoteAuthorization"),
      contractValidationOffline: model.flag("ISO15118Ctrlr", "ContractValidationOffline")
    })
  }

  #find(idToken: IdTokenType): Knowledge | undefined {
    const { model } = this.#station
    const now = this.#station.now()
    const entry = this.#isListOn() ? listed(this.#list, idToken) : undefined
    if (entry !== undefined) {
      const { cacheExpiryDateTime, status } = entry
      const isPast =
        cacheExpiryDateTime !== undefined &&
        Date.parse(cacheExpiryDateTime) <= now &&
        model.flag("LocalAuthListCtrlr", "SupportsExpiryDateTime")
      const isFinal = model.flag("LocalAuthListCtrlr", "DisablePostAuthorize")
      return { by: "LocalList", info: entry, isAccepted: status === "Accepted", isPast, isFinal }
    }
    if (this.#cache === undefined || !this.#isCacheOn()) return undefined
    const info = this.#cache.find(idToken, now, this.#cacheRules())
    if (info === undefined) return undefined
    const isFinal = model.flag("AuthCacheCtrlr", "DisablePostAuthorize")
    return { by: "Cache", info, isAccepted: info.status === "Accepted", isPast: false, isFinal }
  }

  #clearCache(): boolean {
    if (!this.#isCacheOn()) return false // C11.FR.04
    this.#cache = undefined
    this.#station.model.set("AuthCacheCtrlr", "Storage", 0)
    return true
  }

  #update(request: SendLocalListRequest): ReturnType<typeof updated>["status"] {
    if (!this.#isListOn()) return "Failed"
    const { model } = this.#station
    const { list, status } = updated(this.#list, request, {
      itemsPerMessage: model.number("LocalAuthListCtrlr", "ItemsPerMessage", undefined, Infinity),
      bytesPerMessage: model.number("LocalAuthListCtrlr", "BytesPerMessage", undefined, Infinity),
      entries: model.maxLimit("LocalAuthListCtrlr", "Entries") ?? Infinity,
      bytes: model.maxLimit("LocalAuthListCtrlr", "Storage") ?? Infinity
    })
    if (status !== "Accepted") return status
    this.#list = list
    model.set("LocalAuthListCtrlr", "Entries", list.entries.size)
    model.set("LocalAuthListCtrlr", "Storage", bytesOf(list))
    return status
  }

  #cacheRules(): CacheRules {
    const { model } = this.#station
    return {
      lifeTime: model.number("AuthCacheCtrlr", "LifeTime"),
      bytes: model.maxLimit("AuthCacheCtrlr", "Storage") ?? defaultCacheBytes,
      policy: model.value("AuthCacheCtrlr", "Policy") ?? "LRU"
    }
  }

  // Cache and list are there only when the variables say so (DM-17).
  #isCacheOn(): boolean {
    return (
      this.#station.model.flag("AuthCacheCtrlr", "Available") && this.#station.model.flag("AuthCacheCtrlr", "Enabled")
    )
  }

  #isListOn(): boolean {
    const { model } = this.#station
    return model.flag("LocalAuthListCtrlr", "Available") && model.flag("LocalAuthListCtrlr", "Enabled")
  }

  #isOff(component: string, variable: string): boolean {
    return this.#station.model.value(component, variable)?.toLowerCase() === "false"
  }
}

/** Bytes of a cache whose size no variable limits. */
const defaultCacheBytes = 65_536

/** Accepted, and so is the contract certificate where one was looked at (C07.FR.13 to C07.FR.17). */
const isGranted = ({ certificateStatus, idTokenInfo }: AuthorizeResponse): boolean =>
  idTokenInfo.status === "Accepted" && (certificateStatus === undefined || certificateStatus === "Accepted")
