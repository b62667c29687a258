import type { Readable } from 'node:stream'
import type { OutputPipe, PipeStock } from './pipeStock.ts'
import type { ProcessEnd } from './processEnd.ts'
import type { ProcessScan } from './processTable.ts'
import { readInTurns } from './readInTurns.ts'
import { createLineSplitter, type SplitLine } from './splitLines.ts'
import type { Supervisor } from './supervisor.ts'
import { startPlainRoot, startSupervisedRoot, type TreeRoot } from './treeRoot.ts'

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
  /** What finds everything that a command starts; without one, marks do. */
  readonly supervisor?: () => Promise<Supervisor | undefined>
}

/** How long output may take to arrive after the first process ended while something still holds its pipes. */
const drainMs = 1000

/**
 * Starts a process in a session of its own. What it leaves behind when it ends is ended too, as in a container.
 * @throws the system's error (`code` ENOENT, EACCES, E2BIG …) when it can not be started
 */
export async function startProcessTree(options: ProcessTreeOptions, tools: ProcessTreeTools): Promise<ProcessTree> {
  const out = await tools.pipes.take()
  const err = await tools.pipes.take().catch((error: unknown) => {
    discard(out)
    throw error as Error
  })
  let root: TreeRoot
  try {
    root = await startRoot(options, tools, out.writer, err.writer)
  } catch (error) {
    discard(out)
    discard(err)
    throw error
  }
  out.closeWriter()
  err.closeWriter()
  const streams = [
    deliver(out.reader, lines => options.onLines('stdout', lines)),
    deliver(err.reader, lines => options.onLines('stderr', lines)),
  ]
  let ending: Promise<unknown> | undefined
  const closed = Promise.all(streams.map(stream => stream.closed))
  const ended = (async () => {
    const how = await root.exited
    await within(drainMs, closed)
    await (ending ??= root.end(0))
    await within(drainMs, closed)
    for (const stream of streams) stream.finish()
    return how
  })()
  return {
    pid: root.pid,
    ended,
    end: graceMs => {
      ending ??= root.end(graceMs)
      return ended
    },
  }
}

async function startRoot(
  { argv, cwd, environment, runId }: ProcessTreeOptions,
  { scan, supervisor }: ProcessTreeTools,
  stdout: number,
  stderr: number,
): Promise<TreeRoot> {
  const options = { argv, cwd, environment: { ...environment, HKS_RUN_ID: runId }, runId, stdout, stderr }
  const found = await supervisor?.()
  return found === undefined ? startPlainRoot(options, scan) : startSupervisedRoot(found, options, scan)
}

function discard(pipe: OutputPipe): void {
  pipe.closeWriter()
  pipe.reader.destroy()
}

/** Hands the lines of a stream on until it closes or is finished. */
function deliver(stream: Readable, onLines: (lines: readonly SplitLine[]) => void) {
  const splitter = createLineSplitter()
  let finished = false
  readInTurns(stream, chunk => {
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
