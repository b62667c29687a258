import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of this folder in a process of its own; disposing ends it. */
export interface Peer extends AsyncDisposable {
  /** The next line that it writes, as JSON. */
  readonly next: () => Promise<unknown>
}

/** Starts `<name>.ts`. */
export function startPeer(name: string, ...args: readonly string[]): Peer {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    next: async () => {
      const line = await lines.next()
      if (line.done === true) throw new Error(`The peer ${name} ended early.`)
      return JSON.parse(line.value) as unknown
    },
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await exit
    },
  }
}
