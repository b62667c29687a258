import { readTar } from '../../../../base/readTar.ts'
import { HksError, invalidField } from '../../../../contract/errors.ts'
import type { FunctionSpec, Source } from '../../../domain/function.ts'
import { isReservedVariable } from './podRuntime.ts'

/** What a source on its way to a ConfigMap may unpack to; larger ones do not fit in one. */
const limits = { maxEntries: 20_000, maxBytes: 256 * 2 ** 20 }

/** Refuses what this connection can not keep its word on. @throws HksError INVALID_REQUEST, UNSUPPORTED_PLATFORM */
export function refuseSpec({ runtime, environment, secrets, network, resources }: FunctionSpec): void {
  for (const [name, value] of Object.entries(environment)) {
    if (isReservedVariable(name)) throw invalidField(`environment.${name}`, value, 'is reserved.')
  }
  secrets.forEach(({ name }, index) => {
    if (isReservedVariable(name)) throw invalidField(`secrets.${index}.name`, name, 'is reserved.')
  })
  if (network !== 'full') {
    throw invalidField(
      'network',
      network,
      `"${network}" can not be kept on Kubernetes: whether a NetworkPolicy is enforced is up to the cluster.`,
      'Set network: full, and restrict the namespace with a NetworkPolicy of your own.',
    )
  }
  if (resources.cpuSeconds !== undefined) {
    throw invalidField(
      'resources.cpuSeconds',
      resources.cpuSeconds,
      'can not be kept on Kubernetes, which limits processor time by the second and not by the call.',
      'Leave it out; timeout ends a call that takes too long.',
    )
  }
  if (runtime === 'go') throw needsImage('A function in Go')
}

/** Refuses a source whose packages would have to be installed first. @throws HksError UNSUPPORTED_PLATFORM */
export function refuseDependencies({ runtime }: Pick<FunctionSpec, 'runtime'>, { tar }: Source): void {
  const files = readTar(tar, limits)
  const textOf = (path: string) => {
    const file = files.find(each => each.path === path)
    return file && new TextDecoder().decode(file.data)
  }
  if (runtime === 'python' && declaresRequirements(textOf('requirements.txt') ?? '')) {
    throw needsImage('A function with a requirements.txt')
  }
  const isBundled = files.some(({ path }) => path.startsWith('node_modules/'))
  if (runtime === 'node' && !isBundled && declaresPackages(textOf('package.json'))) {
    throw needsImage('A function with dependencies in its package.json')
  }
}

const declaresRequirements = (text: string): boolean => /^[ \t]*[^\s#]/m.test(text)

function declaresPackages(text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    const { dependencies } = JSON.parse(text) as { dependencies?: object }
    return Object.keys(dependencies ?? {}).length > 0
  } catch {
    // Node says what is wrong with it when it loads the function.
    return false
  }
}

const needsImage = (what: string) =>
  new HksError('UNSUPPORTED_PLATFORM', `${what} needs an image of its own, which this connection can not build yet.`, {
    hint: 'Put what it needs into its folder (node_modules, or packages beside main.py), or run it on the connection "local".',
  })
