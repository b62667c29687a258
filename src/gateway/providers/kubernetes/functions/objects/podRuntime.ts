import type { Runtime } from '../../../../../contract/functions.ts'
import type { FunctionSpec } from '../../../../domain/function.ts'

/** Where a pod has the files of the runtime. */
export const runtimeFolder = '/hks/runtime'
/** Where it has the source. */
export const sourceFolder = '/hks/source'
/** The one file in it, a gzipped tar. */
export const sourceFile = 'source.tar.gz'

/** The port on which the program in a pod listens. */
export const podPort = 8080

/** How a language's program is started in a pod (docs/runtime-protocol.md, "In a pod"). */
export const podCommand: Readonly<Record<Exclude<Runtime, 'go'>, readonly string[]>> = {
  node: ['node', `${runtimeFolder}/main.mjs`, '--http'],
  python: ['python3', '-IB', `${runtimeFolder}/main.py`, '--http'],
}

/** Variables that the program takes for itself; the function does not see them. */
const ownVariables = [
  'HKS_SOURCE',
  'HKS_HANDLER',
  'HKS_FUNCTION_NAME',
  'HKS_REVISION',
  'HKS_TIMEOUT_SECONDS',
  'HKS_CONCURRENCY',
  'HKS_DIAGNOSTIC_KEY',
  'HKS_SECRET_NAMES',
  'HKS_LOG_FORMAT',
  'HKS_MEMORY_BYTES',
  'HKS_CPU_SECONDS',
  'HKS_CHECK',
] as const

/** Variables that Knative sets and takes from nobody (serving.knative.dev, runtime contract). */
const knativeVariables: readonly string[] = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']
/** By them the product finds processes on a laptop; the same function must deploy there. */
const localVariables: readonly string[] = ['HKS_RUN_ID', 'HKS_HOME_ID']

/** Whether a variable of a container is the program's own. */
export const isPlatformVariable = (name: string): boolean => (ownVariables as readonly string[]).includes(name)

/** Whether a function may not set it. */
export const isReservedVariable = (name: string): boolean =>
  isPlatformVariable(name) || knativeVariables.includes(name) || localVariables.includes(name)

/** What the program in a pod has to know, besides its diagnostic key. */
export const podVariables = (
  spec: FunctionSpec,
  revision: number,
  source: string,
): Readonly<Partial<Record<(typeof ownVariables)[number], string>>> => ({
  HKS_SOURCE: source,
  HKS_HANDLER: spec.handler,
  HKS_FUNCTION_NAME: spec.name,
  HKS_REVISION: String(revision),
  HKS_TIMEOUT_SECONDS: String(spec.timeoutSeconds),
  HKS_CONCURRENCY: String(spec.scaling.containerConcurrency),
  HKS_SECRET_NAMES: spec.secrets.map(({ name }) => name).join(','),
  HKS_LOG_FORMAT: 'marked',
  HKS_MEMORY_BYTES: String(spec.resources.memoryBytes),
  ...(spec.resources.cpuSeconds === undefined ? {} : { HKS_CPU_SECONDS: String(spec.resources.cpuSeconds) }),
  HKS_CHECK: 'true',
})
