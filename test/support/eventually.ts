import { setTimeout as delay } from 'node:timers/promises'

/** Repeats an assertion about a state that no event tells of, until it holds; fails with its last error. */
export async function eventually<T>(assertion: () => Promise<T> | T, milliseconds = 30_000): Promise<T> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(100)
    }
  }
}
