/**
 * Which EVSE serves which reservation that names none (H01.FR.07, H01.FR.09): a matching of reservations with EVSEs. Pure.
 * Kuhn's algorithm; earlier reservations go first and are never given up for later ones.
 */

/** For each reservation the index of its EVSE, or −1; `fits[r]` holds the indexes of the EVSEs that reservation `r` can have. */
export const match = (fits: ReadonlyArray<ReadonlyArray<number>>, without = -1): ReadonlyArray<number> => {
  const holderOf = new Map<number, number>()
  const serve = (reservation: number, tried: Set<number>): boolean => {
    for (const evse of fits[reservation] ?? []) {
      if (evse === without || tried.has(evse)) continue
      tried.add(evse)
      const holder = holderOf.get(evse)
      if (holder !== undefined && !serve(holder, tried)) continue
      holderOf.set(evse, reservation)
      return true
    }
    return false
  }
  fits.forEach((_, reservation) => serve(reservation, new Set()))
  const evseOf = fits.map(() => -1)
  for (const [evse, reservation] of holderOf) evseOf[reservation] = evse
  return evseOf
}

/** The EVSEs without which one reservation fewer could be served: nobody else may have them (H01.FR.20, H01.FR.24). */
export const needed = (fits: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  const matched = match(fits)
  const served = count(matched)
  return matched.filter((evse) => evse >= 0 && count(match(fits, evse)) < served)
}

const count = (matched: ReadonlyArray<number>): number => matched.reduce((sum, evse) => sum + Number(evse >= 0), 0)
