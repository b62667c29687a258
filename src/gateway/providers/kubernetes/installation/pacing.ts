import { setTimeout as delay } from 'node:timers/promises'

/** Until something is asked again that has no watch worth opening, milliseconds. */
export const lookEveryMs = 500

/** Waits, or ends with the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** Does work for all items, so many at a time; the first failure is that of all. */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
