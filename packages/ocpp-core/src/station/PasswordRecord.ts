/**
 * Which passwords a station may log in with while it is being given another one. Pure: the passwords
 * are salted hashes here, and whoever sends the CALL, or sees the login, says what happened.
 */

/** The hash of a password that the library gave the station. */
export interface RecordedPassword {
  /** Tells the passwords of one record apart; 0 is the directory's. */
  readonly number: number
  /** A `Password.hash`. */
  readonly hash: string
}

/**
 * Why it is open whether the station uses a new password.
 *
 * - `Sending`: its SetVariables waits for its turn or for its answer
 * - `Unknown`: no answer came; the next login decides
 * - `RebootRequired`: the station said that it takes the password with its next reboot
 * - `Rebooted`: it has rebooted since; the next login decides
 */
export type OpenState = "Sending" | "Unknown" | "RebootRequired" | "Rebooted"

/** A new password of which it is open whether the station uses it. */
export interface OpenPassword extends RecordedPassword {
  readonly state: OpenState
}

/** What became of the passwords of one station since the directory's was set. Plain data. */
export interface PasswordRecord {
  /** The directory's hash, for which this record stands in; once the directory has another one, that one counts alone. */
  readonly directory?: string
  /** The password in force in place of the directory's; absent while the directory's is. */
  readonly current?: RecordedPassword
  /** New passwords that may be in use, oldest first. */
  readonly open: ReadonlyArray<OpenPassword>
  /** The greatest number given out. */
  readonly last: number
}

/** So many changes may be undecided: each costs a slow check at a login. */
export const maxOpen = 4

/** The passwords that a login may be made with, the likeliest first. `directory` is the directory's hash of now. */
export const acceptedPasswords = (
  record: PasswordRecord | undefined,
  directory: string | undefined
): ReadonlyArray<RecordedPassword> => {
  const own = directory === undefined ? [] : [{ number: 0, hash: directory }]
  if (record === undefined || record.directory !== directory) return own
  const newest = record.open.toReversed()
  return [...(record.current === undefined ? own : [record.current]), ...newest]
}

/**
 * A change begins: from now on the new password is accepted too. `undefined` when `maxOpen` changes are undecided already:
 * forgetting one of them could lock the station out.
 */
export const begin = (
  record: PasswordRecord | undefined,
  directory: string | undefined,
  hash: string
): PasswordRecord | undefined => {
  const before = record !== undefined && record.directory === directory ? record : undefined
  if ((before?.open.length ?? 0) >= maxOpen) return undefined
  const last = (record?.last ?? 0) + 1
  return {
    ...(directory !== undefined && { directory }),
    ...(before?.current !== undefined && { current: before.current }),
    open: [...(before?.open ?? []), { number: last, hash, state: "Sending" }],
    last
  }
}

/** What the station made of a change: `Refused` is any answer but the two, and a CALL that was never sent. */
export type ChangeOutcome = "Accepted" | "RebootRequired" | "Unknown" | "Refused"

/** A change has its outcome; `number` is that of its password. The same record when it was decided by a login already. */
export const conclude = (record: PasswordRecord, number: number, outcome: ChangeOutcome): PasswordRecord => {
  const change = record.open.find((one) => one.number === number)
  if (change === undefined) return record
  switch (outcome) {
    case "Accepted":
      return promote(record, change)
    case "Refused":
      return { ...record, open: record.open.filter((one) => one !== change) }
    default:
      return { ...record, open: record.open.map((one) => (one === change ? { ...one, state: outcome } : one)) }
  }
}

/** Which open passwords outlive a login with the password that was in force before. */
const outlivesOld = {
  Sending: true, // it may not have left yet
  Unknown: false,
  RebootRequired: true, // the station has not rebooted
  Rebooted: false
} as const satisfies Record<OpenState, boolean>

/** The station logged in with the password of this number. */
export const loggedIn = (record: PasswordRecord, number: number): PasswordRecord => {
  const used = record.open.find((one) => one.number === number)
  if (used !== undefined) return promote(record, used)
  if (number !== (record.current?.number ?? 0) || record.open.every(({ state }) => outlivesOld[state])) return record
  return { ...record, open: record.open.filter(({ state }) => outlivesOld[state]) }
}

/** The station has rebooted. */
export const rebooted = (record: PasswordRecord): PasswordRecord => move(record, "RebootRequired", "Rebooted")

/** The CSMS has restarted: nobody waits for answers any more. */
export const restored = (record: PasswordRecord): PasswordRecord => move(record, "Sending", "Unknown")

/** The station uses this one: what was tried before it is over, what is still being sent is not. */
const promote = (record: PasswordRecord, { number, hash }: OpenPassword): PasswordRecord => ({
  ...record,
  current: { number, hash },
  open: record.open.filter((one) => one.number !== number && one.state === "Sending")
})

const move = (record: PasswordRecord, from: OpenState, to: OpenState): PasswordRecord =>
  record.open.some(({ state }) => state === from)
    ? { ...record, open: record.open.map((one) => (one.state === from ? { ...one, state: to } : one)) }
    : record
