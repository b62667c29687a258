import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ProcessEnd } from '../../../../platform/processEnd.ts'
import { readInTurns } from '../../../../platform/readInTurns.ts'
import { defaultLimits, type SandboxMount } from '../../../../platform/sandbox/sandbox.ts'
import type { Confining, Sandboxes } from '../../../../platform/sandbox/sandboxes.ts'
import { createLineSplitter } from '../../../../platform/splitLines.ts'
import { startWatched } from '../../../../platform/watchedCommand.ts'

/** A program that installs packages, and what it gets. */
export interface ToolCommand {
  readonly argv: readonly [string, ...string[]]
  /** The only folder of its own that it may write to. It works in `work` of it; home and temporary files are beside. */
  readonly folder: string
  /** Besides the clean environment. */
  readonly environment: Readonly<Record<string, string>>
  /** What it sees, or may write to, besides its folder and the system's programs. */
  readonly mounts: readonly SandboxMount[]
}

/** How it ended, with the last lines that it wrote. */
export interface ToolEnd {
  /** `undefined` when it was killed. */
  readonly exitCode: number | undefined
  readonly lines: readonly string[]
}

/**
 * Runs a tool to its end. Paths in its lines are relative to its folder.
 * @throws the system's error when it can not be started; `signal.reason`, when nothing of it is left
 */
export type RunTool = (command: ToolCommand, signal: AbortSignal, onLine: (line: string) => void) => Promise<ToolEnd>

/** What running tools needs. */
export interface ToolRunnerOptions {
  readonly sandboxes: Pick<Sandboxes, 'support' | 'start' | 'watch'>
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly homeId: string
  readonly newId: () => string
}

/** Where a tool works in its folder. */
export const workIn = (folder: string): string => join(folder, 'work')

const MiB = 1024 ** 2
/** A tool that unpacks many packages at once needs more than a function. */
const limits = { ...defaultLimits, processes: 512 }
const memoryBytes = 4096 * MiB
/** Enough for what a tool says of a failure; npm adds its help. */
const keptLines = 200

/** A tool as it runs. */
interface Running {
  readonly outputs: readonly (Readable | undefined)[]
  readonly ended: Promise<ProcessEnd | undefined>
  end(): Promise<unknown>
}

/**
 * Runs tools in the best sandbox of this machine: with the network, which is what they are for, but without the user's home,
 * and able to write only to their folder. Without a sandbox they are processes of the user that end with the gateway.
 */
export function createToolRunner(options: ToolRunnerOptions): RunTool {
  const start = async (command: ToolCommand): Promise<Running> => {
    const [support, clean] = await Promise.all([options.sandboxes.support(), options.environment()])
    const environment = { ...clean, ...command.environment }
    const marks = { HKS_RUN_ID: options.newId(), HKS_HOME_ID: options.homeId }
    const [home, temporary] = [join(command.folder, 'home'), join(command.folder, 'tmp')]
    for (const folder of [workIn(command.folder), home, temporary]) await mkdir(folder, { recursive: true })
    if (support.level !== 'none') return sandboxed(options.sandboxes, support, command, environment, marks)
    const [program, ...args] = command.argv
    const own = { ...environment, ...marks, HOME: home, TMPDIR: temporary }
    const watched = startWatched(program, args, own, { cwd: workIn(command.folder), stderr: 'pipe' })
    return {
      outputs: [watched.stdout, watched.stderr],
      ended: watched.closed.then(exitCode => (exitCode === null ? undefined : { exitCode })),
      end: () => {
        watched.end()
        return watched.closed
      },
    }
  }
  return async (command, signal, onLine) => {
    signal.throwIfAborted()
    const running = await start(command)
    const lines: string[] = []
    const take = (text: string) => {
      const line = text.replaceAll(`${workIn(command.folder)}/`, '').trimEnd()
      if (line === '') return
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      onLine(line)
    }
    const read = Promise.all(running.outputs.flatMap(output => (output ? [readLines(output, take)] : [])))
    let ending: Promise<unknown> | undefined
    const abort = () => {
      ending ??= running.end()
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      const [how] = await Promise.all([running.ended, read])
      return { exitCode: how?.exitCode, lines }
    } finally {
      signal.removeEventListener('abort', abort)
      await ending
      signal.throwIfAborted()
    }
  }
}

async function sandboxed(
  sandboxes: Pick<Sandboxes, 'start' | 'watch'>,
  support: Confining,
  { argv, folder, mounts }: ToolCommand,
  environment: Readonly<Record<string, string>>,
  marks: Readonly<Record<string, string>>,
): Promise<Running> {
  const started = await sandboxes.start(
    support,
    {
      argv,
      cwd: workIn(folder),
      environment,
      marks,
      mounts: [
        // On the disk: what is unpacked may be larger than memory allows. First, as the others may lie in /tmp.
        ...(support.level === 'strict' ? [{ path: join(folder, 'tmp'), access: 'write', at: '/tmp' } as const] : []),
        ...mounts,
        { path: folder, access: 'write' },
      ],
      network: { kind: 'full' },
      limits,
      onStarterGone: 'watched',
    },
    { stdout: 'pipe', stderr: 'pipe' },
  )
  let watched: Disposable | undefined
  const root = await started.root
  if (root !== undefined) {
    watched = sandboxes.watch(root, { bytes: memoryBytes, processes: limits.processes }, () => void started.end(0))
  }
  return {
    outputs: [started.stdout, started.stderr],
    ended: started.closed.then(() => {
      watched?.[Symbol.dispose]()
      return started.exited
    }),
    end: () => started.end(0),
  }
}

function readLines(stream: Readable, take: (text: string) => void): Promise<void> {
  const splitter = createLineSplitter()
  const { promise, resolve } = Promise.withResolvers<void>()
  readInTurns(stream, chunk => splitter.push(chunk).forEach(line => take(line.text)))
  stream.once('close', () => {
    splitter.flush().forEach(line => take(line.text))
    resolve()
  })
  // A broken pipe ends the stream: 'close' follows.
  stream.on('error', () => undefined)
  return promise
}
