import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureBuilt } from '../support/ensureBuilt.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const dist = resolve(import.meta.dirname, '../../dist')

/** Ways to start the command line: the built one, the sources, and what `bin` of the package names. */
export const programs = {
  built: join(dist, 'cli.mjs'),
  sources: resolve(import.meta.dirname, '../../src/cli/main.ts'),
  launcher: join(dist, 'hks-func.mjs'),
} as const

/** What a command came to. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a command is started. */
export interface HksFuncOptions {
  readonly program?: string
  /** The Node.js that runs it, with its own options. */
  readonly node?: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A folder of a test's own, and `hks-func` with a data folder in it. */
export interface Workplace {
  /** The folder where commands run. */
  readonly folder: string
  /** The data folder. */
  readonly home: string
  /** Starts a command; its standard input is open. */
  start(args: readonly string[], options?: HksFuncOptions): ChildProcess
  /** Runs a command to its end. */
  run(args: readonly string[], options?: HksFuncOptions & { readonly input?: string }): Promise<Finished>
  /** What a command answers with `--json`. @throws when it fails */
  json<T>(...args: readonly string[]): Promise<T>
  /** Stops the gateway of the data folder and removes everything. */
  close(): Promise<void>
}

/** Makes a workplace; brings the built command line up to date. */
export async function openWorkplace(): Promise<Workplace> {
  await ensureBuilt()
  const top = temporaryFolder()
  const folder = join(top.path, 'hello')
  const home = join(top.path, 'home')
  mkdirSync(folder)
  const { NO_COLOR: _n, FORCE_COLOR: _f, ...inherited } = process.env

  const children = new Set<ChildProcess>()

  const start: Workplace['start'] = (args, options = {}) => {
    const [node = process.execPath, ...nodeOptions] = options.node ?? []
    const child = spawn(node, [...nodeOptions, options.program ?? programs.built, ...args], {
      cwd: options.cwd ?? folder,
      env: { ...inherited, HKS_HOME: home, HKS_IDLE_SECONDS: '60', ...options.env },
    })
    children.add(child)
    child.once('close', () => children.delete(child))
    return child
  }
  const run: Workplace['run'] = (args, { input = '', ...options } = {}) => {
    const child = start(args, options)
    child.stdin?.end(input)
    return finished(child)
  }
  const json = async <T>(...args: readonly string[]): Promise<T> => {
    // What follows -- is a command of its own.
    const { code, stdout, stderr } = await run(['--json', ...args])
    if (code !== 0) throw new Error(`hks-func ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }
  return {
    folder,
    home,
    start,
    run,
    json,
    close: async () => {
      // What a failed test has left behind.
      for (const child of children) child.kill('SIGKILL')
      await run(['gateway', 'stop', '--grace', '0'])
      top[Symbol.dispose]()
    },
  }
}

/** Waits until a command has ended and all it wrote is read. */
export async function finished(child: ChildProcess): Promise<Finished> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

/** Waits until what a stream of a command has given matches; answers it. @throws when the command ends before */
export function untilWritten(child: ChildProcess, name: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (pattern.test(text)) resolve(text)
    })
    child.once('close', code => reject(new Error(`It ended with ${code} and had written: ${text}`)))
  })
}
