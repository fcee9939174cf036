/** What arrived and was not taken yet, in order, and who waits for it. Items reach a waiter in the tick they arrive. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

interface Waiter<T, C> {
  /** Whether the item was taken. */
  readonly offer: (item: T) => boolean
  readonly fail: (error: C) => void
}

/** An ordered inbox that ends with an error `C`. */
export class Inbox<T, C> {
  private items: Array<T> = []
  private waiters: Array<Waiter<T, C>> = []
  private ended: { readonly error: C } | undefined

  push(item: T): void {
    // A waiter runs inside `offer` and may wait again: it is out of the list before.
    for (let waiter = this.waiters.shift(); waiter !== undefined; waiter = this.waiters.shift()) {
      if (waiter.offer(item)) return
    }
    this.items.push(item)
  }

  /** No more items come. What is here can still be taken; `error` is for who waits now and for who comes after. */
  end(error: C): void {
    this.ended = { error }
    const waiters = this.waiters
    this.waiters = []
    for (const waiter of waiters) waiter.fail(error)
  }

  /** Removes and returns the items that fit. */
  extract(fits: (item: T) => boolean): ReadonlyArray<T> {
    const out = this.items.filter((item) => fits(item))
    this.items = this.items.filter((item) => !fits(item))
    return out
  }

  /** Waits for the next item. `look` takes it by succeeding; when it fails, the item stays for the next who asks. */
  next<A, E>(look: (item: T) => Exit.Exit<A, E>): Effect.Effect<A, E | C> {
    return Effect.callback<A, E | C>((resume) => {
      const head = this.items[0]
      if (head !== undefined) {
        const exit = look(head)
        if (Exit.isSuccess(exit)) this.items.shift()
        return resume(exit)
      }
      if (this.ended !== undefined) return resume(Effect.fail(this.ended.error))
      const waiter: Waiter<T, C> = {
        offer: (item) => {
          const exit = look(item)
          resume(exit)
          return Exit.isSuccess(exit)
        },
        fail: (error) => resume(Effect.fail(error))
      }
      this.waiters.push(waiter)
      return Effect.sync(() => {
        this.waiters = this.waiters.filter((other) => other !== waiter)
      })
    })
  }
}
