/** Does at most so many pieces of work at once, in the order in which they come. */
export function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let active = 0
  const waiting: (() => void)[] = []
  return async work => {
    if (active >= most) await new Promise<void>(resolve => waiting.push(resolve))
    else active += 1
    try {
      return await work()
    } finally {
      // Its place goes to the next one.
      const next = waiting.shift()
      if (next) next()
      else active -= 1
    }
  }
}
