import { lookup } from 'node:dns/promises'

/** Finds all addresses of a name. @throws the system's error, such as ENOTFOUND */
export type ResolveHost = (host: string) => Promise<readonly string[]>

/** Node has four threads for these and for its files: names that take long must not stop the gateway. */
const atOnce = 2

/** Asks the system, for two names at a time. */
export function createLookups(
  ask: ResolveHost = async host => (await lookup(host, { all: true })).map(({ address }) => address),
): ResolveHost {
  let running = 0
  const waiting: (() => void)[] = []
  return async host => {
    if (running === atOnce) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    try {
      return await ask(host)
    } finally {
      // Its place goes to the next in line.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
