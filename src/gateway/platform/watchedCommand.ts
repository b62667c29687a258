import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex, Readable } from 'node:stream'

/**
 * Ends its session when descriptor 3 is closed, as it is when its starter is gone: first as a terminal does that is closed, so
 * that what holds a lock, such as a version manager in a profile, can give it back; what is left a moment later is killed.
 */
const script = '{ trap "" HUP; read _ <&3; kill -HUP -$$; sleep 0.2; kill -KILL -$$; } >/dev/null 2>&1 & exec "$@" 3<&-'

/** A short command of the gateway's own. */
export interface WatchedCommand {
  readonly pid: number
  readonly stdout: Readable
  /** Where it was asked for. */
  readonly stderr: Readable | undefined
  /** Its exit code once its output has ended, too; `null` when it was killed. Rejects when it could not be started. */
  readonly closed: Promise<number | null>
  /** Ends it with all of its session: what does not end by itself is killed a moment later. */
  end(): void
}

/**
 * Starts a command in a session of its own, which ends when the command does and when this process does, also by SIGKILL.
 * A program that is not there gives the exit code 127.
 */
export function startWatched(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { cwd, stderr = 'ignore' }: { readonly cwd?: string; readonly stderr?: 'pipe' | 'ignore' } = {},
): WatchedCommand {
  const child = spawn('/bin/sh', ['-c', script, 'sh', program, ...args], {
    env: { NODE_V8_COVERAGE: undefined, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    // Without a terminal none of it can ask.
    detached: true,
    stdio: ['ignore', 'pipe', stderr, 'pipe'],
  })
  const closed = (once(child, 'close') as Promise<[number | null]>).then(([exitCode]) => exitCode)
  closed.catch(() => undefined)
  const watcher = child.stdio?.[3] as Duplex | undefined
  if (child.pid === undefined || !child.stdout || !watcher)
    throw new Error(`The system has no room to start ${program}.`)
  // It is closed by the end of its session, which is what it is for.
  watcher.on('error', () => undefined)
  let isEnding = false
  child.once('exit', () => {
    watcher.destroy()
    // What it leaves running has had its time, unless it was told to end just now.
    if (!isEnding) killSession(child.pid)
  })
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr ?? undefined,
    closed,
    end: () => {
      isEnding = true
      watcher.destroy()
    },
  }
}

function killSession(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
