/** Blocks C and D: the cache and the local list. */
import { assert } from "@effect/vitest"
import { Authorization, LocalAuthorizationList } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { card, charging, failure, type Observed, pass, unknownCard, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const entry = (idToken: string, status: "Accepted" | "Blocked" = "Accepted") => ({
  idToken: card(idToken),
  idTokenInfo: { status }
})
const many = Array.from({ length: 70 }, (_, at) => entry(`T${at}`))
const noList = { station: { model: { values: { "LocalAuthListCtrlr.Enabled": "false" } } } }

/** What the station knows of these tokens, and which version it and the mirror have. */
const listOf = ({ controls, station, view }: Observed, tokens: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const version = yield* within(LocalAuthorizationList.getListVersion(station))
    assert.strictEqual((yield* view).mirror.localAuthorizationList.versionNumber, version)
    return { version, statuses: tokens.map((token) => controls.authorization.known(card(token))?.status) }
  })

tryOperations("Authorization", Authorization, {
  clearCache: {
    "C11.FR.01, C11.FR.03: what was learned is forgotten": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* charging(site)
          assert.strictEqual(controls.authorization.known(card())?.status, "Accepted")
          assert.deepStrictEqual(yield* within(Authorization.clearCache(station)), { status: "Accepted" })
          assert.isUndefined(controls.authorization.known(card()))
        })
    },
    "C11.FR.04: a cache that is off is not asked; asked all the same it is Rejected": {
      station: { model: { values: { "AuthCacheCtrlr.Enabled": "false" } } },
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* failure(Authorization.clearCache(station)))?._tag, "CheckFailed")
          assert.deepInclude(yield* within(station.call("ClearCache", {})), { status: "Rejected" })
        })
    }
  }
})

tryOperations("LocalAuthorizationList", LocalAuthorizationList, {
  getListVersion: {
    "D02.FR.02: 0 without a list": {
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* within(LocalAuthorizationList.getListVersion(station)), 0)
        })
    },
    "D02.FR.03: 0 when the list is off, although there is one": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* within(LocalAuthorizationList.sendFullList(station, [entry("X")]))
          assert.isAbove((yield* listOf(site, [])).version, 0)
          controls.model.set("LocalAuthListCtrlr", "Enabled", false)
          assert.strictEqual((yield* listOf(site, [])).version, 0)
          controls.model.set("LocalAuthListCtrlr", "Enabled", true)
          assert.isAbove((yield* listOf(site, [])).version, 0)
        })
    }
  },
  sendFullList: {
    "D01.FR.11, D01.FR.15: a long list comes in parts and is all there, also after a reboot": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const outcome = yield* within(LocalAuthorizationList.sendFullList(station, many))
          assert.deepInclude(outcome, { _tag: "Accepted", repaired: false })
          controls.powerCycle()
          yield* pass(30)
          const { statuses, version } = yield* listOf(site, ["T0", "T69", "T70"])
          assert.deepStrictEqual(statuses, ["Accepted", "Accepted", undefined])
          assert.strictEqual(version, "versionNumber" in outcome ? outcome.versionNumber : 0)
          assert.strictEqual(controls.model.number("LocalAuthListCtrlr", "Entries"), 70)
        })
    },
    "D01.FR.16: another one takes its place, an empty one clears it": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* within(LocalAuthorizationList.sendFullList(station, [entry("X"), entry("Y")]))
          yield* within(LocalAuthorizationList.sendFullList(station, [entry("Y", "Blocked")]))
          assert.deepStrictEqual((yield* listOf(site, ["X", "Y"])).statuses, [undefined, "Blocked"])
          yield* within(LocalAuthorizationList.sendFullList(station, []))
          assert.deepStrictEqual((yield* listOf(site, ["X", "Y"])).statuses, [undefined, undefined])
        })
    },
    "D01.FR.06, D01.FR.12: what cannot be is not sent": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const twice = LocalAuthorizationList.sendFullList(station, [entry("X"), entry("X")])
          assert.strictEqual((yield* failure(twice))?._tag, "CheckFailed")
          const most = controls.model.maxLimit("LocalAuthListCtrlr", "Entries") ?? 0
          const tooLong = Array.from({ length: most + 1 }, (_, at) => entry(`T${at}`))
          assert.strictEqual(
            (yield* failure(LocalAuthorizationList.sendFullList(station, tooLong)))?._tag,
            "CheckFailed"
          )
        })
    },
    "D01.FR.01: a station whose list is off says Failed": {
      ...noList,
      run: ({ station }) =>
        Effect.gen(function* () {
          const outcome = yield* within(LocalAuthorizationList.sendFullList(station, [entry("X")]))
          assert.deepInclude(outcome, { _tag: "Refused", status: "Failed", sent: 0 })
        })
    },
    "C13.FR.01: a token of the list starts without being asked for": {
      handlers: { Authorize: () => Effect.succeed({ idTokenInfo: { status: "Invalid" } }) },
      run: (site) =>
        Effect.gen(function* () {
          yield* within(LocalAuthorizationList.sendFullList(site.station, [entry("X")]))
          yield* charging(site, 1, card("X"))
        })
    }
  },
  sendUpdates: {
    "D01.FR.16, D01.FR.17: put in, replaced and taken out": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* within(LocalAuthorizationList.sendFullList(station, [entry("X"), entry("Y")]))
          const updates = [{ idToken: card("X") }, entry("Y", "Blocked"), entry("Z")]
          const outcome = yield* within(LocalAuthorizationList.sendUpdates(station, updates))
          assert.deepInclude(outcome, { _tag: "Accepted", repaired: false })
          const { statuses } = yield* listOf(site, ["X", "Y", "Z"])
          assert.deepStrictEqual(statuses, [undefined, "Blocked", "Accepted"])
        })
    },
    "D01.FR.19: an update that is not newer is a VersionMismatch, and changes nothing": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* within(LocalAuthorizationList.sendFullList(station, [entry("X")], { limits: { items: 10 } }))
          yield* within(LocalAuthorizationList.sendUpdates(station, [entry("Y")]))
          const stale = station.call("SendLocalList", {
            versionNumber: 1,
            updateType: "Differential",
            localAuthorizationList: [entry("Q")]
          })
          assert.strictEqual((yield* within(stale)).status, "VersionMismatch")
          assert.deepStrictEqual((yield* listOf(site, ["X", "Y", "Q"])).statuses, ["Accepted", "Accepted", undefined])
        })
    },
    "D-9: without a list the whole one is sent": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          assert.deepInclude(yield* within(LocalAuthorizationList.sendUpdates(station, [entry("Y")])), {
            _tag: "FullListNeeded"
          })
          const fullList = Effect.succeed([entry("X"), entry("Y")])
          const outcome = yield* within(LocalAuthorizationList.sendUpdates(station, [entry("Y")], { fullList }))
          assert.deepInclude(outcome, { _tag: "Accepted" })
          assert.deepStrictEqual((yield* listOf(site, ["X", "Y"])).statuses, ["Accepted", "Accepted"])
        })
    }
  },
  changesBetween: {
    "D01.FR.16: what it gives makes one list out of the other": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          const before = [entry("X"), entry("Y"), entry("Z")]
          const after = [entry("Y", "Blocked"), entry("Z"), entry("W")]
          yield* within(LocalAuthorizationList.sendFullList(station, before))
          const changes = LocalAuthorizationList.changesBetween(before, after)
          yield* within(LocalAuthorizationList.sendUpdates(station, changes))
          const { statuses } = yield* listOf(site, ["X", "Y", "Z", "W"])
          assert.deepStrictEqual(statuses, [undefined, "Blocked", "Accepted", "Accepted"])
          assert.isUndefined(site.controls.authorization.known(unknownCard))
        })
    }
  }
})
