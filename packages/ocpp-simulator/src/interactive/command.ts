/** `ocpp-sim station`: one charging station to be played with, on a terminal, through a pipe, or by a script. */
import type { Dialer } from "@wattline/ocpp-core/engine"
import { Stations } from "@wattline/ocpp-station"
import { type VirtualProcess, VirtualStations } from "@wattline/ocpp-station/virtual"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Streams } from "../fleet/command.ts"
import { readConnections } from "../fleet/Fleet.ts"
import { buildOf, keepHeartbeat } from "../fleet/FleetStation.ts"
import { writeLine } from "../lint/LogRecord.ts"
import { watchDialer, writeFile } from "../lint/recorder.ts"
import { coloursFor, isLive } from "../terminal/colours.ts"
import { Conversation, type Screen } from "./Conversation.ts"
import { News } from "./News.ts"
import { Play } from "./Play.ts"
import { makeTyping, runPipe, runScript } from "./run.ts"
import { readScript, scriptLines } from "./script.ts"
import { readSetup, type Setup, stationHelp } from "./setup.ts"
import { type KeyInput, TerminalScreen } from "./TerminalScreen.ts"
import { Wire } from "./Wire.ts"

/** Where the program writes and reads. */
export interface StationStreams extends Streams {
  readonly in: KeyInput & { readonly isTTY?: boolean }
}

/** Milliseconds between two looks at a station where nothing happens: its meter goes on. */
const lookEvery = 250

/** Columns of a line where the output is no terminal. */
const plainColumns = 200

/** Runs the command; the result is the exit code. Interrupting it closes the link with 1001 and gives the terminal back. */
export const stationCommand: (
  args: ReadonlyArray<string>,
  streams: StationStreams
) => Effect.Effect<number, never, Dialer> = Effect.fn("ocpp-sim station")(function* (args, streams) {
  const setup = readSetup(args, streams.env["OCPP_PASSWORD"])
  if (Result.isFailure(setup)) return complain(streams, setup.failure.message)
  if (setup.success === "help") {
    streams.out.write(stationHelp)
    return 0
  }
  return yield* Effect.scoped(run(setup.success, streams)).pipe(
    Effect.catch(({ message }) => Effect.sync(() => complain(streams, message)))
  )
})

const complain = ({ err }: Streams, message: string): number => {
  err.write(`${message}\n`)
  return 2
}

const run = Effect.fnUntraced(function* (setup: Setup, streams: StationStreams) {
  const { ev, record, scenario, script, stateOfCharge, tokens } = setup
  const vocabulary = { evses: scenario.stations.evses, connectors: 1, tokens }
  const unknowing = { ...vocabulary, variables: () => [] }
  const connection = (yield* readConnections(scenario))(0)
  const lines =
    script === undefined
      ? undefined
      : script === "-"
        ? scriptLines(script, unknowing)
        : Stream.fromIterable(yield* readScript(script, unknowing))
  const write = record === undefined ? undefined : yield* writeFile(record)
  const wire = new Wire((recorded) => write?.(writeLine(recorded)))
  const news = new News()
  const context = yield* Layer.build(Layer.provide(Stations.layer, watchDialer(wire.note)))
  let started: VirtualProcess | undefined // the first events come while it starts
  const { controls } = yield* VirtualStations.start({ ...buildOf({ scenario }, 0), ...connection }, (item) => {
    if (started !== undefined) keepHeartbeat({ scenario }, started, item)
    news.add(item)
  }).pipe(Effect.provideContext(context))
  started = controls
  const play = new Play(controls, connection.url, { ev, stateOfCharge, target: 1 }, vocabulary)
  wire.onMessage = (message) => {
    play.passed(message)
    news.add(message)
  }
  yield* Effect.addFinalizer(() => wire.leave(play))
  const stage: Stage = { news, play, streams }
  if (
    lines === undefined &&
    isLive({ env: streams.env, isTTY: streams.in.isTTY === true && streams.out.isTTY === true })
  )
    return yield* onTerminal(stage)
  const conversation = yield* onPaper(stage)
  return yield* lines === undefined ? runPipe(play, conversation) : runScript(lines, play, conversation)
})

interface Stage {
  /** What has happened and is not told yet. */
  readonly news: News
  readonly play: Play
  readonly streams: StationStreams
}

/** Everything goes out line by line. */
const onPaper = Effect.fnUntraced(function* (stage: Stage) {
  const { out } = stage.streams
  const screen: Screen = {
    columns: out.columns ?? plainColumns,
    print: (text) => void out.write(`${text}\n`),
    refresh: () => undefined
  }
  const conversation = new Conversation(stage, screen, coloursOf(stage), yield* Clock.Clock)
  yield* listen(stage, conversation, screen)
  return conversation
})

/** The station stands below the log, with a line to type in. */
const onTerminal = Effect.fnUntraced(function* (stage: Stage) {
  const { play, streams } = stage
  const colours = coloursOf(stage)
  const screen = new TerminalScreen(streams.out, streams.in, play, colours)
  const conversation = new Conversation(stage, screen, colours, yield* Clock.Clock)
  const typing = yield* makeTyping(play, conversation)
  yield* Effect.acquireRelease(
    Effect.sync(() => screen.begin(typing)),
    () => Effect.sync(() => screen.end())
  )
  yield* listen(stage, conversation, screen)
  return yield* typing.run
})

const coloursOf = ({ streams: { env, out } }: Stage) => coloursFor({ env, isTTY: out.isTTY === true })

/** Tells in order what goes over the link and what happens, from the beginning on, and looks at the station now and then. */
const listen = Effect.fnUntraced(function* ({ news, play }: Stage, conversation: Conversation, screen: Screen) {
  const look = (): void => {
    screen.refresh()
    play.look()
  }
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      news.readBy((items) => {
        for (const item of items) conversation.tell(item)
        look() // last, so that what waits for it goes on after it was told
      })
    ),
    () => Effect.sync(() => news.readBy(undefined))
  )
  yield* Effect.sync(look).pipe(Effect.repeat(Schedule.spaced(lookEvery)), Effect.forkScoped)
})
