/** Single keys, which do something at once while the line is empty. */
import type { Colours } from "../terminal/colours.ts"
import { isFaulted } from "./actions.ts"
import type { Play } from "./Play.ts"
import type { Command } from "./StationCommand.ts"

/** Keys that do one thing or its contrary, as it fits; all others are those of the table. */
export const toggles: Readonly<
  Record<string, { readonly lines: readonly [string, string]; readonly choose: (play: Play) => 0 | 1 }>
> = {
  f: { lines: ["fault", "mend"], choose: (play) => (isFaulted(play, play.selected) ? 1 : 0) },
  o: { lines: ["offline", "online"], choose: ({ controls }) => (controls.client.state === "Waiting" ? 1 : 0) }
}

/** The key of a command. */
export const keyOf = ({ key, name }: Command): string | undefined =>
  key ?? Object.entries(toggles).find(([, { lines }]) => lines.includes(name))?.[0]

/** The line that a key stands for while the line is empty; `undefined` when it begins a text. */
export const lineOfKey = (key: string, commands: ReadonlyArray<Command>, play: Play): string | undefined => {
  if (/^[1-9]$/u.test(key)) return Number(key) <= play.vocabulary.evses ? `evse ${key}` : undefined
  const toggle = toggles[key]
  return toggle?.lines[toggle.choose(play)] ?? commands.find((one) => one.key === key)?.name
}

/** The keys in one line, as many as there is room for. */
export const keyHelp = (commands: ReadonlyArray<Command>, columns: number, colours: Colours): string => {
  const keys = [
    ...commands.flatMap(({ key, name }) =>
      key === undefined || key === "?" || key === "q" ? [] : [[key, name] as const]
    ),
    ...Object.entries(toggles).map(([key, { lines }]) => [key, lines[0]] as const),
    ["?", "help"] as const,
    ["q", "quit"] as const,
    [":", "command"] as const
  ]
  let text = " "
  let used = 1
  for (const [key, name] of keys) {
    const more = key.length + name.length + 3
    if (used + more > columns) break
    used += more
    text += ` ${colours.bold(key)} ${colours.dim(name)} `
  }
  return text.trimEnd()
}
