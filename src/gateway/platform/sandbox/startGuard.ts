import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Supervisor } from '../supervisor.ts'

/** A process that outlives this one by a moment, to kill what this one leaves behind when it is killed. */
export interface Guard extends AsyncDisposable {
  /** What a process has to have in its environment to be guarded: `HKS_GUARD`. */
  readonly marks: Readonly<Record<string, string>>
}

/** Starts a guard. Its end by disposal means that there is nothing to guard any more: what is left is killed. */
export async function startGuard({ perl, architecture }: Supervisor, folder: string): Promise<Guard> {
  const value = randomUUID()
  const child = spawn(perl, [join(folder, 'guard.pl'), architecture, `HKS_GUARD=${value}`], {
    cwd: '/',
    env: { NODE_V8_COVERAGE: undefined, LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  await once(child, 'spawn')
  const ended = once(child, 'exit')
  const line = child.stdio[3] as Duplex
  line.on('error', () => undefined)
  // It must not keep its owner alive.
  child.unref()
  ;(line as unknown as { unref(): void }).unref()
  return {
    marks: { HKS_GUARD: value },
    [Symbol.asyncDispose]: async () => {
      line.destroy()
      child.ref()
      await ended
    },
  }
}
