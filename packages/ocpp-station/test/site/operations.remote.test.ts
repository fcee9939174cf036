/** Blocks F and I: what the CSMS does from afar, and what it tells of costs. */
import { assert } from "@effect/vitest"
import { RemoteControl, TariffAndCost } from "@wattline/ocpp-core"
import { Effect, Fiber } from "effect"
import { card, charging, ev, failure, pass, unknownCard, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const two = { evses: [{}, {}] }
const asks = (value: boolean) => ({ model: { values: { "AuthCtrlr.AuthorizeRemoteStart": `${value}` } } })
const relative = (limit: number) => ({
  id: 5,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile" as const,
  chargingProfileKind: "Relative" as const,
  chargingSchedule: [{ id: 1, chargingRateUnit: "A" as const, chargingSchedulePeriod: [{ startPeriod: 0, limit }] }]
})

tryOperations("RemoteControl", RemoteControl, {
  unlockConnector: {
    "F05.FR.01 to F05.FR.04: unlocked, unknown, and not while somebody charges": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const unlock = (evseId: number, connectorId: number) =>
            Effect.map(within(RemoteControl.unlockConnector(station, evseId, connectorId)), ({ status }) => status)
          assert.strictEqual(yield* unlock(1, 1), "Unlocked")
          assert.strictEqual(yield* unlock(9, 1), "UnknownConnector")
          assert.strictEqual(yield* unlock(1, 9), "UnknownConnector")
          yield* charging(site, 2)
          assert.strictEqual(yield* unlock(2, 1), "OngoingAuthorizedTransaction")
          controls.availability.setLockFailure(true, 1)
          controls.plugIn(1, ev())
          assert.strictEqual(yield* unlock(1, 1), "UnlockFailed")
          controls.availability.setLockFailure(false, 1)
          assert.strictEqual((yield* failure(RemoteControl.unlockConnector(station, 0, 1)))?._tag, "CheckFailed")
        })
    }
  },
  requestStartTransaction: {
    "F02.FR.01: cable first, with a charging profile that holds at once": {
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          controls.plugIn(1, ev())
          yield* pass(2)
          const outcome = yield* within(
            RemoteControl.requestStartTransaction(station, {
              evseId: 1,
              idToken: "app-1",
              chargingProfile: relative(10)
            })
          )
          if (outcome._tag !== "Started") return assert.fail(outcome._tag)
          yield* pass(5)
          assert.strictEqual(controls.evses[0]?.transaction?.transactionId, outcome.transaction.transactionId)
          assert.strictEqual(controls.evses[0]?.transaction?.remoteStartId, outcome.remoteStartId)
          assert.strictEqual(controls.smartCharging.limitOf(controls.evses[0] as never).current, 10)
          assert.lengthOf((yield* view).mirror.smartCharging.profiles, 1)
        })
    },
    "F01.FR.26: a profile that cannot be is not sent; Rejected by the station": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          controls.plugIn(1, ev())
          const chargingProfile = { ...relative(10), chargingProfilePurpose: "TxDefaultProfile" as const }
          const request = { evseId: 1, idToken: "app-1", chargingProfile }
          const start = RemoteControl.requestStartTransaction(station, request)
          assert.strictEqual((yield* failure(start))?._tag, "CheckFailed")
          const answer = yield* within(
            station.call("RequestStartTransaction", {
              ...request,
              remoteStartId: 1,
              idToken: { idToken: "app-1", type: "Central" }
            })
          )
          assert.strictEqual(answer.status, "Rejected")
          assert.isUndefined(controls.evses[0]?.transaction)
          controls.unplug(1)
        })
    },
    "F01.FR.01: AuthorizeRemoteStart asks first, and a token that is not good starts nothing": {
      station: asks(true),
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          controls.plugIn(1, ev())
          yield* pass(2)
          const outcome = yield* within(
            RemoteControl.requestStartTransaction(
              station,
              { evseId: 1, idToken: unknownCard },
              { startTimeout: 20_000 }
            )
          )
          assert.strictEqual(outcome._tag, "Lapsed")
          assert.isUndefined(controls.evses[0]?.transaction)
        })
    },
    "F01.FR.06, F02.FR.05: Rejected where somebody charges, and where there is no EVSE": {
      run: (site) =>
        Effect.gen(function* () {
          yield* charging(site)
          for (const evseId of [1, 9]) {
            const start = RemoteControl.requestStartTransaction(site.station, { evseId, idToken: "app-1" })
            assert.strictEqual((yield* within(start))._tag, "Rejected")
          }
        })
    }
  },
  followRemoteStart: {
    "F02.FR.01: the transaction comes with the cable": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const asked = yield* within(
            RemoteControl.requestStartTransaction(station, { evseId: 1, idToken: "app-1" }, { follow: false })
          )
          assert.strictEqual(asked._tag, "Accepted")
          const following = yield* Effect.forkChild(
            RemoteControl.followRemoteStart(station, { remoteStartId: asked.remoteStartId })
          )
          yield* pass(10)
          controls.plugIn(1, ev())
          assert.strictEqual((yield* within(Fiber.join(following)))._tag, "Started")
        })
    },
    "F02.FR.07: without a cable it lapses after EVConnectionTimeOut": {
      station: {
        model: { values: { "TxCtrlr.EVConnectionTimeOut": "30", "TxCtrlr.TxStartPoint": "PowerPathClosed" } }
      },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const outcome = yield* within(RemoteControl.requestStartTransaction(station, { evseId: 1, idToken: "app-1" }))
          assert.strictEqual(outcome._tag, "Lapsed")
          controls.plugIn(1, ev())
          yield* pass(10)
          assert.isUndefined(controls.evses[0]?.transaction)
        })
    }
  },
  requestStopTransaction: {
    "F03.FR.01, F03.FR.09: it ends with Remote": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const transactionId = yield* charging(site)
          yield* pass(60)
          const outcome = yield* within(RemoteControl.requestStopTransaction(station, transactionId))
          if (outcome._tag !== "Ended") return assert.fail(outcome._tag)
          assert.strictEqual(outcome.transaction.stoppedReason, "Remote")
          assert.isUndefined(controls.evses[0]?.transaction)
          controls.unplug(1)
        })
    },
    "F03.FR.02, F03.FR.03: with TxStopPoint EVConnected it stops now and ends with the cable": {
      station: { model: { values: { "TxCtrlr.TxStopPoint": "EVConnected" } } },
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const transactionId = yield* charging(site)
          const outcome = yield* within(
            RemoteControl.requestStopTransaction(station, transactionId, { follow: "Stopped" })
          )
          assert.deepStrictEqual(outcome, { _tag: "Stopped", transactionId })
          yield* pass(5)
          controls.unplug(1)
          yield* pass(5)
          assert.strictEqual((yield* site.view).mirror.transactions.ended[0]?.transactionId, transactionId)
        })
    },
    "F03.FR.08: Rejected for a transaction that there is not": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const outcome = yield* within(RemoteControl.requestStopTransaction(station, "nothing"))
          assert.strictEqual(outcome._tag, "Rejected")
        })
    }
  },
  getTransactionStatus: {
    "E14.FR.01 to E14.FR.08: running, ended, unknown, and all of them": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const ask = (transactionId?: string) => within(RemoteControl.getTransactionStatus(station, transactionId))
          const transactionId = yield* charging(site)
          assert.deepStrictEqual(yield* ask(transactionId), { ongoing: true, messagesInQueue: false })
          controls.present(card(), 1)
          yield* pass(5)
          assert.deepStrictEqual(yield* ask(transactionId), { ongoing: false, messagesInQueue: false })
          assert.deepStrictEqual(yield* ask("nothing"), { ongoing: false, messagesInQueue: false })
          assert.deepStrictEqual(yield* ask(), { messagesInQueue: false })
          controls.unplug(1)
        })
    }
  },
  triggerMessage: {
    "F06.FR.01, F06.FR.11: everything that can be asked for comes": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* charging(site)
          const wanted = [
            "Heartbeat",
            "MeterValues",
            "TransactionEvent",
            "LogStatusNotification",
            "FirmwareStatusNotification"
          ] as const
          for (const message of wanted) {
            const outcome = yield* within(RemoteControl.triggerMessage(station, message))
            assert.strictEqual(outcome._tag, "Received", message)
          }
          const status = yield* within(
            RemoteControl.triggerMessage(station, "StatusNotification", { id: 2, connectorId: 1 })
          )
          assert.strictEqual(status._tag, "Received")
        })
    },
    "F06.FR.08, F06.FR.17: NotImplemented, Rejected, and what is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const published = yield* within(RemoteControl.triggerMessage(station, "PublishFirmwareStatusNotification"))
          assert.deepInclude(published, { _tag: "Refused", status: "NotImplemented" })
          const elsewhere = RemoteControl.triggerMessage(station, "MeterValues", { id: 9 })
          assert.deepInclude(yield* within(elsewhere), { _tag: "Refused", status: "Rejected" })
          const boot = RemoteControl.triggerMessage(station, "BootNotification")
          assert.strictEqual((yield* failure(boot))?._tag, "CheckFailed")
        })
    }
  }
})

tryOperations("TariffAndCost", TariffAndCost, {
  costUpdated: {
    "I02.FR.02: shown while it runs; of another transaction it is not sent": {
      run: (site) =>
        Effect.gen(function* () {
          const transactionId = yield* charging(site)
          yield* within(TariffAndCost.costUpdated(site.station, transactionId, 1.25))
          assert.strictEqual((yield* site.view).mirror.transactions.running[0]?.totalCost, 1.25)
          const other = TariffAndCost.costUpdated(site.station, "nothing", 1)
          assert.strictEqual((yield* failure(other))?._tag, "CheckFailed")
        })
    }
  },
  setTariffFallbackMessage: {
    "I04.FR.02: it is the variable of the station": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { status } = yield* within(TariffAndCost.setTariffFallbackMessage(station, "0.45 EUR per kWh"))
          assert.strictEqual(status, "Accepted")
          assert.strictEqual(controls.model.value("TariffCostCtrlr", "TariffFallbackMessage"), "0.45 EUR per kWh")
          const long = TariffAndCost.setTariffFallbackMessage(station, "x".repeat(256))
          assert.strictEqual((yield* failure(long))?._tag, "CheckFailed")
        })
    }
  },
  setTotalCostFallbackMessage: {
    "I05.FR.01: it is the variable of the station": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { status } = yield* within(TariffAndCost.setTotalCostFallbackMessage(station, "By mail"))
          assert.strictEqual(status, "Accepted")
          assert.strictEqual(controls.model.value("TariffCostCtrlr", "TotalCostFallbackMessage"), "By mail")
        })
    }
  },
  currency: {
    "I-7: what the station says": {
      station: { model: { values: { "TariffCostCtrlr.Currency": "CHF" } } },
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* TariffAndCost.currency(station), "CHF")
        })
    }
  },
  currencyOf: {
    "I-7: the same from the device model": {
      run: ({ view }) =>
        Effect.gen(function* () {
          assert.strictEqual(TariffAndCost.currencyOf((yield* view).mirror.provisioning.deviceModel), "EUR")
        })
    }
  },
  supportsCost: {
    "DM-17: a virtual station shows costs": {
      run: ({ view }) =>
        Effect.gen(function* () {
          assert.isTrue(TariffAndCost.supportsCost((yield* view).mirror.provisioning.deviceModel))
        })
    }
  }
})
