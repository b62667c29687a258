import type { Clock } from './clock.ts'

/** A call that is answered within this time is written once. */
const shortCallMs = 50

/** Writes the start of a call when it takes longer than a moment: a short one is written once, with its end. */
export function createStartRecord(clock: Clock, save: () => Promise<void>) {
  let saved: Promise<void> | undefined
  const now = (): Promise<void> => {
    timer[Symbol.dispose]()
    return (saved ??= save())
  }
  const timer = clock.callAfter(shortCallMs, () => void now().catch(() => undefined))
  return {
    now,
    /** Waits for a write under way. Its failure is that of the second write, too. */
    settle: async () => {
      timer[Symbol.dispose]()
      await saved?.catch(() => undefined)
    },
  }
}
