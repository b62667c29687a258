import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HksError } from '../../../../contract/errors.ts'
import type { Runtime } from '../../../../contract/functions.ts'
import type { GatewayStatus } from '../../../../contract/gateway.ts'
import { installCommand } from './installCommand.ts'
import { isAtLeast, isOfVersion, newestFirst } from './interpreterVersions.ts'
import { createOtherInterpreters } from './otherInterpreters.ts'
import { probeInterpreter, type ProbedInterpreter, sayWhat } from './probeInterpreter.ts'

/** A program that runs functions of one language. */
export interface Interpreter extends ProbedInterpreter {
  /** What it needs in its environment besides the clean one. */
  readonly environment: Readonly<Record<string, string>>
}

/** Finds interpreters once; what was absent is looked for again. */
export interface Interpreters {
  /**
   * The user's own; of the `version` that is asked for (`3`, `3.12`, `3.12.1`) the newest that is there.
   * @throws HksError RUNTIME_MISSING with the command that installs it, or with the versions that are there
   */
  find(runtime: Runtime, version?: string): Promise<Interpreter>
  /** Each language with its version or what is wrong with it. */
  list(): Promise<GatewayStatus['runtimes']>
}

/** What finding needs to know of this machine. */
export interface InterpreterOptions {
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly gatewayNode: { readonly path: string; readonly environment: Readonly<Record<string, string>> }
}

/** What `runtimes/node` is written for: it strips types. */
const oldestNode = [22, 19] as const
/** What `runtimes/go` is written for. */
export const oldestGo = [1, 22] as const
/** Where Go's own installer puts it; many a shell does not have it on its PATH. */
const usualGo = '/usr/local/go/bin/go'
/** What `runtimes/python` is written for. */
const oldestPython = [3, 9] as const
const oldest = { node: oldestNode, python: oldestPython, go: oldestGo } as const

/** Looks on the PATH of the login shell and where managers of versions keep theirs. */
export function createInterpreters(options: InterpreterOptions): Interpreters {
  const found = new Map<string, Promise<Interpreter>>()
  const others = createOtherInterpreters(options.environment)
  const search: Readonly<Record<Runtime, () => Promise<Interpreter>>> = {
    node: () => findNode(options),
    python: () => findPython(options),
    go: () => findGo(options),
  }
  const once = async (key: string, searching: () => Promise<Interpreter>): Promise<Interpreter> => {
    const known = found.get(key)
    const there = await known
    if (there && existsSync(there.path)) return there
    // Another may have looked meanwhile. One that is gone, as after an upgrade, is looked for again.
    if (found.get(key) !== known) return once(key, searching)
    const finding = searching()
    found.set(key, finding)
    finding.catch(() => found.delete(key))
    return finding
  }
  const usual = (runtime: Runtime) => once(runtime, search[runtime])
  const all = async (runtime: Runtime): Promise<readonly Interpreter[]> => {
    const own = await usual(runtime).catch((error: unknown) => {
      if (error instanceof HksError) return undefined
      throw error
    })
    const newEnough = (await others.find(runtime)).filter(({ version }) => isAtLeast(version, oldest[runtime]))
    const more = newEnough.filter(({ version }) => version !== own?.version)
    return [...(own === undefined ? [] : [own]), ...more.map(one => ({ ...one, environment: {} }))]
  }
  const findVersion = async (runtime: Runtime, wanted: string): Promise<Interpreter> => {
    const there = await all(runtime)
    const [best] = there.filter(({ version }) => isOfVersion(version, wanted)).sort(newestFirst)
    if (best !== undefined) return best
    throw withoutVersion(runtime, wanted, [...there].sort(newestFirst))
  }
  return {
    find: (runtime, version) =>
      version === undefined ? usual(runtime) : once(`${runtime} ${version}`, () => findVersion(runtime, version)),
    list: () =>
      Promise.all(
        (Object.keys(search) as Runtime[]).map(async name => {
          const versions = (await all(name)).map(({ version }) => version)
          try {
            const { version, path } = await usual(name)
            const more = versions.filter(one => one !== version)
            return { name, version, path, ...(more.length > 0 && { others: more }) }
          } catch (error) {
            if (!(error instanceof HksError)) throw error
            return {
              name,
              problem: error.message,
              ...(error.hint === undefined ? {} : { hint: error.hint }),
              ...(versions.length > 0 && { others: versions }),
            }
          }
        }),
      ),
  }
}

const withoutVersion = (runtime: Runtime, wanted: string, there: readonly Interpreter[]): HksError => {
  const versions = there.map(({ version }) => version)
  const list = versions.length === 0 ? 'none of it' : versions.join(', ')
  return new HksError(
    'RUNTIME_MISSING',
    `runtimeVersion: ${runtime} ${wanted} is not on this machine, which has ${list}.`,
    {
      details: { field: 'runtimeVersion', value: wanted, runtime, found: versions },
      hint: versions.length === 0 ? 'Install it, then deploy again.' : 'Install it, or ask for one of these.',
    },
  )
}

async function findNode({ environment, gatewayNode }: InterpreterOptions): Promise<Interpreter> {
  const env = await environment()
  const own = await probeInterpreter('node', sayWhat.node, env)
  if (own && isAtLeast(own.version, oldestNode)) return { ...own, environment: {} }
  const gateway = await probeInterpreter(gatewayNode.path, sayWhat.node, { ...env, ...gatewayNode.environment })
  if (gateway) return { path: gatewayNode.path, version: gateway.version, environment: gatewayNode.environment }
  throw new HksError('RUNTIME_MISSING', `Node ${oldestNode.join('.')} or newer is needed to run node functions.`, {
    details: { runtime: 'node', ...(own ? { found: own.version } : {}) },
    hint: 'Install it from https://nodejs.org, then deploy again.',
  })
}

async function findPython({ environment }: InterpreterOptions): Promise<Interpreter> {
  const env = await environment()
  const found = await probeInterpreter('python3', sayWhat.python, env)
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
    const found = await probeInterpreter(program, ['env', 'GOROOT', 'GOVERSION'], env)
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
