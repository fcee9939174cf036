/** The commands of the interactive station: the one table that keys, lines, scripts, completion and help come from. */
import * as Effect from "effect/Effect"
import { energyText } from "../report/numbers.ts"
import { coloursFor } from "../terminal/colours.ts"
import {
  act,
  expect,
  goOffline,
  goOnline,
  isFaulted,
  known,
  patience,
  plug,
  refuse,
  send,
  stationActions,
  unplug
} from "./actions.ts"
import * as A from "./Argument.ts"
import { keyOf } from "./keys.ts"
import { type Command, command, type Outcome, usage } from "./StationCommand.ts"
import { stationFrame } from "./stationFrame.ts"
import { variableText } from "./VariableName.ts"

const plain = coloursFor({ env: {}, isTTY: false })

const helpOf = (one: Command): string => {
  const key = keyOf(one)
  return `${usage(one)}${key === undefined ? "" : ` (key ${key})`}: ${one.help}.`
}

const help = (name: string | undefined): Outcome =>
  act(() => {
    if (name !== undefined) {
      const found = commands.find((one) => one.name === name || keyOf(one) === name)
      return found === undefined ? refuse(`There is no command ${name}`) : helpOf(found)
    }
    const rows = commands.map((one) => `${keyOf(one) ?? " "}  ${usage(one).padEnd(26)}  ${one.help}`)
    return [
      "Keys work while the line is empty, for the EVSE with the mark; 1 to 9 move the mark. : begins a command.",
      ...rows,
      "Up and down bring commands back, Tab completes, Ctrl-C stops waiting or leaves."
    ].join("\n")
  })

/** All of them, in the order of the help. */
export const commands: ReadonlyArray<Command> = [
  command(
    "plug",
    {
      where: A.optional(A.connector),
      ev: A.optional(A.ev),
      charge: A.optional(A.charge),
      target: A.optional(A.target)
    },
    "put the cable of an EV in",
    ({ charge, ev, target, where }, play) =>
      plug(play, where ?? { evseId: play.selected }, [
        ev ?? play.defaults.ev,
        charge ?? play.defaults.stateOfCharge,
        target ?? play.defaults.target
      ]),
    { key: "p" }
  ),
  command(
    "swipe",
    { evse: A.optional(A.evse), token: A.optional(A.token) },
    "present a token, which starts or stops",
    ({ evse, token }, play) =>
      act(() => {
        const idToken = token ?? play.vocabulary.tokens[0]
        if (idToken === undefined) return refuse("There is no token: name one, or begin with --token")
        play.controls.present(idToken, evse ?? play.selected)
      }),
    { key: "s" }
  ),
  command(
    "unplug",
    { evse: A.optional(A.evse) },
    "take the cable out",
    ({ evse }, play) => unplug(play, evse ?? play.selected),
    {
      key: "u"
    }
  ),
  command(
    "unlock",
    { where: A.optional(A.connector) },
    "loosen the cable by hand",
    ({ where }, play) =>
      act(() => {
        const evseId = where?.evseId ?? play.selected
        const connectorId = where?.connectorId ?? play.evse(evseId).plugged?.connectorId ?? 1
        const done = play.controls.availability.unlock(evseId, connectorId)
        return done === "Unlocked"
          ? `Connector ${connectorId} of EVSE ${evseId} is loose`
          : refuse("It cannot be unlocked now")
      }),
    { key: "l" }
  ),
  command("fault", { evse: A.optional(A.evse) }, "break an EVSE", ({ evse }, play) =>
    act(() => {
      const id = evse ?? play.selected
      if (isFaulted(play, id)) return refuse(`EVSE ${id} is broken already: mend it`)
      play.controls.availability.setFault(true, id)
    })
  ),
  command("mend", { evse: A.optional(A.evse) }, "repair it", ({ evse }, play) =>
    act(() => {
      const id = evse ?? play.selected
      if (!isFaulted(play, id)) return refuse(`EVSE ${id} is not broken`)
      play.controls.availability.setFault(false, id)
    })
  ),
  command("offline", { time: A.optional(A.duration) }, "lose the network, for good without a time", ({ time }, play) =>
    goOffline(play, time ?? Infinity)
  ),
  command("online", {}, "connect now", (_, play) => goOnline(play)),
  command(
    "reboot",
    {},
    "restart; transactions end first",
    (_, play) => act(() => play.controls.control.restart("LocalReset", "Reboot")),
    { key: "r" }
  ),
  command("power-cycle", {}, "lose the power for a moment", (_, play) => act(() => play.controls.powerCycle())),
  command("emergency", {}, "press the emergency stop", (_, play) =>
    act(() => play.controls.transactions.emergencyStop())
  ),
  command("limit", { power: A.required(A.power) }, "limit the station as a grid operator would", ({ power }, play) =>
    act(() => {
      const watts = Number.isFinite(power) ? power : undefined
      play.controls.smartCharging.setExternalLimit(watts, { source: "EMS" })
      return watts === undefined ? "No limit from outside" : `Limited from outside to ${energyText(watts, "W")}`
    })
  ),
  command(
    "availability",
    { status: A.required(A.oneOf("Operative|Inoperative", ["Operative", "Inoperative"])), evse: A.optional(A.evse) },
    "take the station or an EVSE out of service, or back",
    ({ evse, status }, play) => act(() => play.controls.availability.setOperational(status, evse))
  ),
  command(
    "set",
    { name: A.required(A.variable), value: A.required(A.text("VALUE", "a value")) },
    "change a variable at the station itself",
    ({ name, value }, play) =>
      Effect.andThen(
        known(play, name),
        act(() => play.controls.model.set(name.component, name.variable, value, name.instance))
      )
  ),
  command(
    "get",
    { name: A.required(A.variable) },
    "show a variable",
    ({ name }, play) =>
      Effect.andThen(
        known(play, name),
        act(() => {
          const value = play.controls.model.value(name.component, name.variable, name.instance)
          return `${variableText(name)} = ${/password/iu.test(name.variable) ? "•••" : (value ?? "")}`
        })
      ),
    { acts: false }
  ),
  command(
    "send",
    { action: A.required(A.oneOf("ACTION", stationActions)), payload: A.optional(A.text("JSON", "a JSON object")) },
    "send a CALL and wait for its answer",
    ({ action, payload }, play) => send(play, action, payload)
  ),
  command(
    "wait",
    { what: A.required(A.waiting) },
    `wait, for a condition at most ${patience}s unless it says`,
    ({ what }, play) =>
      typeof what === "number"
        ? Effect.sleep(what * 1000)
        : expect(play, { condition: what.condition, within: what.within ?? patience }),
    { acts: false }
  ),
  command(
    "expect",
    { what: A.required(A.awaited) },
    "fail when a condition does not hold",
    ({ what }, play) => expect(play, what),
    {
      acts: false
    }
  ),
  command(
    "evse",
    { id: A.required(A.evse) },
    "choose the EVSE that is meant where none is named",
    ({ id }, play) =>
      act(() => {
        play.selected = id
      }),
    { acts: false }
  ),
  command(
    "messages",
    { detail: A.required(A.oneOf("off|short|full", ["off", "short", "full"])) },
    "how messages are shown",
    ({ detail }, play) =>
      act(() => {
        play.messageDetail = detail
      }),
    { acts: false }
  ),
  command(
    "status",
    {},
    "show how the station is",
    (_, play) => act(() => stationFrame(play.view(), { columns: 96, rows: 1000 }, plain).join("\n")),
    { acts: false }
  ),
  command("help", { name: A.optional(A.text("COMMAND", "a command")) }, "explain", ({ name }) => help(name), {
    key: "?",
    acts: false
  }),
  command(
    "quit",
    {},
    "leave",
    (_, play) =>
      act(() => {
        play.isLeaving = true
      }),
    { key: "q" }
  )
]
