import { setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { endProcesses } from '../../../platform/endProcesses.ts'
import type { ProcessScan } from '../../../platform/processTable.ts'
import { startWatched } from '../../../platform/watchedCommand.ts'
import type { Interpreter } from './interpreters.ts'

/** The go command on this machine. */
export interface GoTool {
  /** @throws HksError RUNTIME_MISSING */
  version(): Promise<string>
  /**
   * Runs `go ARGS` in a folder. Answers exit code and output, however it ends, with paths relative to the folder. At the
   * pace `idly` all else goes first. `onLine` hears what it says on stderr. It ends with the gateway.
   * @throws HksError RUNTIME_MISSING; `signal.reason` when nothing of it is left
   */
  run(args: readonly string[], folder: string, signal: AbortSignal, how?: GoRun): Promise<GoOutput>
}

/** How the go command runs. */
export interface GoRun {
  readonly pace?: 'idly'
  /** Variables of the go command for this run, such as GOARCH. */
  readonly environment?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** What the go command said. */
export interface GoOutput {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What the go command needs. */
export interface GoToolOptions {
  readonly find: () => Promise<Interpreter>
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  /** Folder of the build cache. */
  readonly cacheFolder: string
  readonly homeId: string
  readonly newId: () => string
  readonly scan: ProcessScan
}

const idlePriority = 15
/** What is kept of each stream; a compiler that says more says it again. */
const mostOutputBytes = 1024 * 1024

/** Runs the go command without cgo, with the toolchain that is installed, and with a build cache of its own. */
export function createGoTool(options: GoToolOptions): GoTool {
  return {
    version: async () => (await options.find()).version,
    run: async (args, folder, signal, { pace, onLine, environment: more = {} } = {}) => {
      const { path } = await options.find()
      const clean = await options.environment()
      signal.throwIfAborted()
      const runId = options.newId()
      const environment = {
        ...clean,
        GOCACHE: options.cacheFolder,
        GOTOOLCHAIN: 'local',
        GOWORK: 'off',
        CGO_ENABLED: '0',
        ...more,
        HKS_RUN_ID: runId,
        HKS_HOME_ID: options.homeId,
      }
      const command = startWatched(path, args, environment, { cwd: folder, stderr: 'pipe' })
      const { pid } = command
      if (pace === 'idly') makeIdle(pid)
      const inFolder = (text: string) => text.replaceAll(`${folder}/`, '')
      const [stdout, stderr] = [gather(command.stdout), gather(command.stderr!, line => onLine?.(inFolder(line)))]
      const output = command.closed.then(exitCode => ({
        exitCode,
        stdout: inFolder(stdout()),
        stderr: inFolder(stderr()),
      }))
      let ending: Promise<unknown> | undefined
      const abort = () => {
        const matches = (entry: { readonly runId?: string; readonly session: number }) =>
          entry.runId === runId || entry.session === pid
        ending = endProcesses(options.scan, { matches }, 0)
      }
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      try {
        return await output
      } finally {
        signal.removeEventListener('abort', abort)
        await ending
        signal.throwIfAborted()
      }
    },
  }
}

/** Gathers text; a line is told when it is whole. */
function gather(stream: Readable, onLine: (line: string) => void = () => undefined): () => string {
  let all = ''
  let begun = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    if (all.length < mostOutputBytes) all += text
    const lines = (begun + text).split('\n')
    begun = lines.pop()!
    lines.forEach(onLine)
  })
  return () => all
}

function makeIdle(pid: number): void {
  try {
    setPriority(pid, idlePriority)
  } catch {
    // It has ended already, or this system has no priorities.
  }
}
