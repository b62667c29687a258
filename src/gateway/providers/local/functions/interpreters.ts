import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { HksError } from '../../../../contract/errors.ts'
import type { Runtime } from '../../../../contract/functions.ts'
import type { GatewayStatus } from '../../../../contract/gateway.ts'
import { startWatched } from '../../../platform/watchedCommand.ts'
import { installCommand } from './installCommand.ts'

/** A program that runs functions of one language. */
export interface Interpreter {
  /** The real executable, not a shim that looks it up each time. */
  readonly path: string
  readonly version: string
  /** What it needs in its environment besides the clean one. */
  readonly environment: Readonly<Record<string, string>>
  /** Another that it stands on: that of a virtual environment. */
  readonly base?: string
}

/** Finds interpreters once; what was absent is looked for again. */
export interface Interpreters {
  /** @throws HksError RUNTIME_MISSING with the command that installs it */
  find(runtime: Runtime): Promise<Interpreter>
  /** Each language with its version or what is wrong with it. */
  list(): Promise<GatewayStatus['runtimes']>
}

/** What finding needs to know of this machine. */
export interface InterpreterOptions {
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly gatewayNode: { readonly path: string; readonly environment: Readonly<Record<string, string>> }
}

/** A shim on a loaded machine takes a second. */
const probeMs = 15_000
/** What `runtimes/node` is written for: it strips types. */
const oldestNode = [22, 19] as const
/** What `runtimes/go` is written for. */
export const oldestGo = [1, 22] as const
/** Where Go's own installer puts it; many a shell does not have it on its PATH. */
const usualGo = '/usr/local/go/bin/go'
/** What `runtimes/python` is written for. */
const oldestPython = [3, 9] as const
const printPython = `import os,sys
print(sys.executable)
print("%d.%d.%d"%sys.version_info[:3])
print(os.path.join(sys.base_prefix,"bin","python%d.%d"%sys.version_info[:2]))`
const printNode = 'console.log(process.execPath+"\\n"+process.versions.node)'

/** Looks on the PATH of the login shell. */
export function createInterpreters(options: InterpreterOptions): Interpreters {
  const found = new Map<Runtime, Promise<Interpreter>>()
  const search: Readonly<Record<Runtime, () => Promise<Interpreter>>> = {
    node: () => findNode(options),
    python: () => findPython(options),
    go: () => findGo(options),
  }
  const find = (runtime: Runtime): Promise<Interpreter> => {
    const known = found.get(runtime)
    if (known) return known
    const searching = search[runtime]()
    found.set(runtime, searching)
    searching.catch(() => found.delete(runtime))
    return searching
  }
  return {
    find,
    list: () =>
      Promise.all(
        (Object.keys(search) as Runtime[]).map(async name => {
          try {
            const { version, path } = await find(name)
            return { name, version, path }
          } catch (error) {
            if (!(error instanceof HksError)) throw error
            return { name, problem: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
          }
        }),
      ),
  }
}

async function findNode({ environment, gatewayNode }: InterpreterOptions): Promise<Interpreter> {
  const env = await environment()
  const own = await probe('node', ['-e', printNode], env)
  if (own && isAtLeast(own.version, oldestNode)) return { ...own, environment: {} }
  const gateway = await probe(gatewayNode.path, ['-e', printNode], { ...env, ...gatewayNode.environment })
  if (gateway) return { path: gatewayNode.path, version: gateway.version, environment: gatewayNode.environment }
  throw new HksError('RUNTIME_MISSING', `Node ${oldestNode.join('.')} or newer is needed to run node functions.`, {
    details: { runtime: 'node', ...(own ? { found: own.version } : {}) },
    hint: 'Install it from https://nodejs.org, then deploy again.',
  })
}

async function findPython({ environment }: InterpreterOptions): Promise<Interpreter> {
  const env = await environment()
  const found = await probe('python3', ['-c', printPython], env)
  if (found && isAtLeast(found.version, oldestPython)) return { ...found, environment: {} }
  const problem = found
    ? `Python ${found.version} is too old: ${oldestPython.join('.')} or newer is needed.`
    : 'python3 is not installed: python functions can not run.'
  throw new HksError('RUNTIME_MISSING', problem, {
    details: { runtime: 'python', ...(found ? { found: found.version } : {}) },
    hint: `Install it with: ${installCommand('python3', env.PATH ?? '')}`,
  })
}

async function findGo({ environment }: InterpreterOptions): Promise<Interpreter> {
  const env: Readonly<Record<string, string>> = { ...(await environment()), GOTOOLCHAIN: 'local' }
  let tooOld: string | undefined
  for (const program of ['go', usualGo]) {
    const found = await probe(program, ['env', 'GOROOT', 'GOVERSION'], env)
    if (!found) continue
    const version = found.version.replace(/^go/, '')
    if (isAtLeast(version, oldestGo)) return { path: join(found.path, 'bin/go'), version, environment: {} }
    tooOld ??= version
  }
  const problem = tooOld
    ? `Go ${tooOld} is too old: ${oldestGo.join('.')} or newer is needed.`
    : 'go is not installed: go functions can not be built.'
  throw new HksError('RUNTIME_MISSING', problem, {
    details: { runtime: 'go', ...(tooOld ? { found: tooOld } : {}) },
    hint: tooOld
      ? 'Install it from https://go.dev/dl, then deploy again.'
      : `Install it with: ${installCommand('golang-go', env.PATH ?? '')}`,
  })
}

/** Path and version that a program prints of itself; `undefined` when it is absent or does not work. */
async function probe(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    const stdout = await outputOf(program, args, env)
    const [path, version, base] = stdout.trim().split('\n')
    return path && version ? { path, version, ...(base === undefined ? {} : { base }) } : undefined
  } catch {
    // Not there, not executable, or a shim without a version behind it: all the same to the user.
    return undefined
  }
}

/** What it prints, if it ends well and in time. */
async function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout, closed, end } = startWatched(program, args, env)
  const timer = setTimeout(end, probeMs)
  try {
    const [printed, exitCode] = await Promise.all([text(stdout), closed])
    return exitCode === 0 ? printed : ''
  } finally {
    clearTimeout(timer)
  }
}

const isAtLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}
