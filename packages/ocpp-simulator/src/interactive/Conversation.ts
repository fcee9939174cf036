/** What is said during a session, wherever it goes, and how a line is carried out. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Colours } from "../terminal/colours.ts"
import { printable } from "../terminal/printable.ts"
import type { Ready } from "./StationCommand.ts"
import type { Message } from "./messages.ts"
import type { Item, News } from "./News.ts"
import type { Play } from "./Play.ts"
import { answer, clockText, complaint, type Line, messageLine, storyLine, tell as lineOf } from "./story.ts"

/** Where lines go. */
export interface Screen {
  /** Columns that a line may have. */
  readonly columns: number
  readonly print: (text: string) => void
  /** Shows the station anew, where it is shown. */
  readonly refresh: () => void
}

/** Columns of the time in front of a line. */
const clockColumns = 9

/** See the head of the file. */
export class Conversation {
  private readonly news: News
  private readonly play: Play
  private readonly screen: Screen
  private readonly colours: Colours
  private readonly clock: Clock.Clock

  constructor(
    { news, play }: { readonly news: News; readonly play: Play },
    screen: Screen,
    colours: Colours,
    clock: Clock.Clock
  ) {
    this.news = news
    this.play = play
    this.screen = screen
    this.colours = colours
    this.clock = clock
  }

  /** A line of the log. */
  say(line: Line): void {
    this.print(this.clock.currentTimeMillisUnsafe(), storyLine(line, this.screen.columns - clockColumns, this.colours))
  }

  /** Something that happened; of a message, as much as is wanted. */
  tell(item: Item): void {
    if (!("_tag" in item)) return this.message(item)
    if (!this.play.happened(item)) return
    const line = lineOf(item)
    if (line !== undefined) this.say(line)
  }

  /** Says what is carried out, does it, and says what came of it: whether it went well. */
  carryOut(text: string, { command, run }: Ready): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      this.news.tell()
      this.say({ tone: "command", text: withoutPassword(printable(text.trim().replace(/^:\s*/u, ""), 500)) })
      if (command.acts) this.play.begin()
      return Effect.match(run(this.play), {
        onSuccess: (said) => {
          if (said !== undefined) this.say(answer(said))
          return true
        },
        onFailure: ({ message }) => {
          this.news.tell()
          this.say(complaint(message))
          return false
        }
      }).pipe(Effect.ensuring(Effect.sync(() => this.screen.refresh())))
    })
  }

  private message(message: Message): void {
    const { messageDetail } = this.play
    if (messageDetail === "off") return
    const columns = messageDetail === "full" ? Infinity : this.screen.columns - clockColumns
    this.print(message.at, messageLine(message, columns, this.colours))
  }

  private print(at: number, text: string): void {
    const [first = "", ...more] = text.split("\n")
    const indent = " ".repeat(clockColumns)
    this.screen.print([`${this.colours.dim(clockText(at))} ${first}`, ...more.map((line) => indent + line)].join("\n"))
  }
}

/** `set SecurityCtrlr.BasicAuthPassword …` is not for the screen. */
const withoutPassword = (text: string): string => text.replace(/(password\S*[\s"':=]+).+$/iu, "$1•••")
