import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { endProcesses } from '../../../platform/endProcesses.ts'
import type { ProcessScan } from '../../../platform/processTable.ts'
import type { Interpreter } from './interpreters.ts'

/** The go command on this machine. */
export interface GoTool {
  /** @throws HksError RUNTIME_MISSING */
  version(): Promise<string>
  /**
   * Runs `go ARGS` in a folder. Answers exit code and output, however it ends, with paths relative to the folder. At the
   * pace `idly` all else goes first.
   * @throws HksError RUNTIME_MISSING; `signal.reason` when nothing of it is left
   */
  run(args: readonly string[], folder: string, signal: AbortSignal, pace?: 'idly'): Promise<GoOutput>
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
    run: async (args, folder, signal, pace) => {
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
        HKS_RUN_ID: runId,
        HKS_HOME_ID: options.homeId,
      }
      const child = spawn(path, args, {
        cwd: folder,
        env: { NODE_V8_COVERAGE: undefined, ...environment },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const { pid } = child
      if (pace !== undefined && pid !== undefined) makeIdle(pid)
      const output = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          if (output[name].length < mostOutputBytes) output[name] += text
        })
      }
      const { promise, resolve, reject } = Promise.withResolvers<GoOutput>()
      child.once('error', reject)
      const inFolder = (text: string) => text.replaceAll(`${folder}/`, '')
      child.once('close', exitCode =>
        resolve({ exitCode, stdout: inFolder(output.stdout), stderr: inFolder(output.stderr) }),
      )
      let ending: Promise<unknown> | undefined
      const abort = () => {
        const matches = (entry: { readonly runId?: string; readonly session: number }) =>
          entry.runId === runId || entry.session === pid
        ending = endProcesses(options.scan, { matches }, 0)
      }
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      try {
        return await promise
      } finally {
        signal.removeEventListener('abort', abort)
        await ending
        signal.throwIfAborted()
      }
    },
  }
}

function makeIdle(pid: number): void {
  try {
    setPriority(pid, idlePriority)
  } catch {
    // It has ended already, or this system has no priorities.
  }
}
