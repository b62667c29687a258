import { HksError } from '../contract/errors.ts'
import { type SandboxLevel, sandboxLevels } from '../contract/gateway.ts'

/** Settings of the process, read once from its environment and arguments. */
export interface Config {
  /** Data folder, absolute. */
  readonly home: string
  /** Prints one JSON line when ready. */
  readonly output: 'json' | 'text'
  /** Seconds without a client after which an idle gateway ends. */
  readonly idleSeconds: number
  /** Seconds without a call after which a function's process ends. */
  readonly functionIdleSeconds: number
  /** Processes of one language that wait for first calls, at most. */
  readonly warmProcesses: number
  /** The best sandbox for functions to look for. */
  readonly sandbox: SandboxLevel
  /** Agents' code may run where there is no sandbox. */
  readonly allowUnsandboxedAgents: boolean
  /** Folder that holds `node/`, `python/` and `go/`, the programs that load handlers, and `sandbox/`. */
  readonly runtimesFolder: string
  /** Folder that holds `knative/`, which names the parts of Knative. */
  readonly deployFolder: string
}

/** Reads and checks the settings. @throws HksError INVALID_REQUEST naming the variable */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  defaults: Pick<Config, 'home' | 'runtimesFolder' | 'deployFolder'>,
): Config {
  const unknown = argv.filter(argument => argument !== 'run' && argument !== '--json')
  if (unknown.length > 0) {
    throw new HksError('INVALID_REQUEST', `gateway: "${unknown[0]}" is not an argument; use: run [--json].`)
  }
  return {
    home: defaults.home,
    output: argv.includes('--json') ? 'json' : 'text',
    idleSeconds: seconds(env, 'HKS_IDLE_SECONDS', 120),
    functionIdleSeconds: seconds(env, 'HKS_FUNCTION_IDLE_SECONDS', 300),
    warmProcesses: count(env, 'HKS_WARM_PROCESSES', 8),
    sandbox: oneOf(env, 'HKS_SANDBOX', sandboxLevels, 'strict'),
    allowUnsandboxedAgents: oneOf(env, 'HKS_ALLOW_UNSANDBOXED_AGENTS', ['true', 'false'], 'false') === 'true',
    runtimesFolder: env['HKS_RUNTIMES'] ?? defaults.runtimesFolder,
    deployFolder: defaults.deployFolder,
  }
}

function seconds(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new HksError('INVALID_REQUEST', `${name}: "${text}" is not a number of seconds.`)
}

function count(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new HksError('INVALID_REQUEST', `${name}: "${text}" is not a whole number.`)
}

function oneOf<T extends string>(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  values: readonly T[],
  fallback: T,
): T {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = values.find(one => one === text)
  if (value !== undefined) return value
  throw new HksError('INVALID_REQUEST', `${name}: "${text}" is not one of ${values.join(', ')}.`)
}
