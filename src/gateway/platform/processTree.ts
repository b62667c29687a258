import { type ChildProcess, spawn } from 'node:child_process'
import { endProcesses } from './endProcesses.ts'
import type { OutputPipe, PipeStock } from './pipeStock.ts'
import { type ProcessEntry, type ProcessScan, startTimeOf } from './processTable.ts'
import { createLineSplitter, type SplitLine } from './splitLines.ts'

/** What to run. */
export interface ProcessTreeOptions {
  /** Program and arguments; the program is looked up in the PATH of `environment`. */
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** The whole environment; `HKS_RUN_ID` is added. */
  readonly environment: Readonly<Record<string, string>>
  /** Marks each process of the tree, for finding them. */
  readonly runId: string
  /** Receives output in order within each stream; order across the two is best effort. */
  readonly onLines: (stream: 'stdout' | 'stderr', lines: readonly SplitLine[]) => void
}

/** How the first process of a tree ended. */
export type ProcessEnd =
  | { readonly exitCode: number; readonly signal?: undefined }
  | { readonly signal: NodeJS.Signals; readonly exitCode?: undefined }

/** A process with all that it starts. */
export interface ProcessTree {
  readonly pid: number
  /** Resolves when the first process has ended, nothing of the tree is left and its output has been delivered. */
  readonly ended: Promise<ProcessEnd>
  /** SIGTERM to the whole tree, `graceMs` to go, SIGKILL until none is left. */
  end(graceMs: number): Promise<ProcessEnd>
}

/** What all trees of a gateway share. */
export interface ProcessTreeTools {
  readonly scan: ProcessScan
  readonly pipes: PipeStock
}

/** How long output may take to arrive after the first process ended while something still holds its pipes. */
const drainMs = 1000

/**
 * Starts a process in a session of its own. What it leaves behind when it ends is ended too, as in a container.
 * @throws the system's error (`code` ENOENT, EACCES, E2BIG …) when it can not be started
 */
export async function startProcessTree(
  options: ProcessTreeOptions,
  { scan, pipes }: ProcessTreeTools,
): Promise<ProcessTree> {
  const out = await pipes.take()
  const err = await pipes.take().catch((error: unknown) => {
    discard(out)
    throw error as Error
  })
  let child: ChildProcess
  try {
    child = await spawned(options, out.writer, err.writer)
  } catch (error) {
    discard(out)
    discard(err)
    throw error
  }
  const exit = new Promise<ProcessEnd>(resolve => {
    child.once('exit', (exitCode, signal) => resolve(signal === null ? { exitCode: exitCode ?? 0 } : { signal }))
  })
  out.closeWriter()
  err.closeWriter()
  const streams = [
    deliver(out.reader, lines => options.onLines('stdout', lines)),
    deliver(err.reader, lines => options.onLines('stderr', lines)),
  ]
  // Later errors are those of kill(), which is never used here.
  child.on('error', () => undefined)
  const pid = child.pid!
  const bornAt = startTimeOf(pid) ?? 0
  const membership = {
    matches: (entry: ProcessEntry) =>
      entry.startTime >= bornAt && (entry.runId === options.runId || entry.session === pid || entry.pid === pid),
  }
  let ending: Promise<unknown> | undefined
  const closed = Promise.all(streams.map(stream => stream.closed))
  const ended = (async () => {
    const how = await exit
    await within(drainMs, closed)
    await (ending ?? endProcesses(scan, membership, 0))
    await within(drainMs, closed)
    for (const stream of streams) stream.finish()
    return how
  })()
  return {
    pid,
    ended,
    end: graceMs => {
      ending ??= endProcesses(scan, membership, graceMs)
      return ended
    },
  }
}

async function spawned(options: ProcessTreeOptions, out: number, err: number): Promise<ChildProcess> {
  const [program, ...args] = options.argv
  const child = spawn(program, args, {
    cwd: options.cwd,
    // Node.js hands on this one variable of its own unless it is named.
    env: { NODE_V8_COVERAGE: undefined, ...options.environment, HKS_RUN_ID: options.runId },
    detached: true,
    stdio: ['ignore', out, err],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return child
}

function discard(pipe: OutputPipe): void {
  pipe.closeWriter()
  pipe.reader.destroy()
}

/** Hands the lines of a stream on until it closes or is finished. */
function deliver(stream: NodeJS.ReadableStream & { destroy(): void }, onLines: (lines: readonly SplitLine[]) => void) {
  const splitter = createLineSplitter()
  let finished = false
  stream.on('data', (chunk: Buffer) => {
    const lines = splitter.push(chunk)
    if (lines.length > 0 && !finished) onLines(lines)
  })
  return {
    closed: new Promise<void>(resolve => {
      stream.once('close', resolve)
      // A broken pipe ends the stream: 'close' follows.
      stream.on('error', () => undefined)
    }),
    finish: () => {
      if (finished) return
      finished = true
      const rest = splitter.flush()
      if (rest.length > 0) onLines(rest)
      stream.destroy()
    },
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    work,
    new Promise<void>(resolve => {
      timer = setTimeout(resolve, milliseconds)
    }),
  ])
  clearTimeout(timer)
}
