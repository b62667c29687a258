import { HksError, invalidField } from '../../contract/errors.ts'
import type { FunctionDeploy, Runtime } from '../../contract/functions.ts'
import type { FunctionSpec, Source } from './function.ts'
import { checkHandler, defaultHandler, readSource, type SourceTools } from './functionSource.ts'

type Content = Pick<FunctionSpec, 'runtime' | 'image' | 'runtimeVersion' | 'handler'>

/** Fields that say something of a source. */
const ofSource = ['runtime', 'runtimeVersion', 'handler', 'source'] as const

/**
 * What a deployment runs: a source in a language, or an image.
 * @throws HksError INVALID_REQUEST when it is neither, or both
 */
export function contentOf(input: Pick<FunctionDeploy, (typeof ofSource)[number] | 'image'>): Content {
  const { image, runtime, source } = input
  if (image !== undefined) {
    for (const field of ofSource) {
      if (input[field] === undefined) continue
      const value = field === 'source' ? '…' : input[field]
      throw invalidField(field, value, 'does not go together with image.', `Leave out ${field}, or image.`)
    }
    return { runtime: 'image', image, handler: '' }
  }
  if (runtime === undefined) {
    throw invalidField('runtime', runtime, 'is missing.', 'Name python, node or go, or an image of your own in image.')
  }
  if (source === undefined)
    throw invalidField('source', source, 'is missing.', 'Send a file or a gzipped tar, as base64.')
  const handler = input.handler ?? defaultHandler[runtime]
  checkHandler(runtime, handler)
  return { runtime, ...versionOf(runtime, input.runtimeVersion), handler }
}

/** The source of a deployment; none with an image. @throws HksError INVALID_SOURCE */
export async function sourceOf(
  { runtime, handler }: Content,
  source: string | undefined,
  tools: SourceTools,
): Promise<Source | undefined> {
  return runtime === 'image' ? undefined : readSource(source ?? '', runtime, handler, tools)
}

/** The source of a function that has one. @throws HksError UNSUPPORTED_PLATFORM for an image */
export function requireSource(source: Source | undefined): Source {
  if (source) return source
  throw needsCluster()
}

/** The language of a function that has a source. @throws HksError UNSUPPORTED_PLATFORM for an image */
export function languageOf({ runtime }: Pick<FunctionSpec, 'runtime'>): Runtime {
  if (runtime !== 'image') return runtime
  throw needsCluster()
}

const needsCluster = () =>
  new HksError('UNSUPPORTED_PLATFORM', 'image: on this machine functions run from their source, not from an image.', {
    details: { field: 'image' },
    hint: 'Deploy it to a cluster (Choose Project in the editor, hks-func use CONNECTION/NAMESPACE), or deploy its source here.',
  })

/** @throws HksError INVALID_REQUEST */
function versionOf(runtime: Runtime, runtimeVersion: string | undefined): Pick<FunctionSpec, 'runtimeVersion'> {
  if (runtimeVersion === undefined) return {}
  if (runtime !== 'go') return { runtimeVersion }
  throw invalidField('runtimeVersion', runtimeVersion, 'is for python and node.', 'Name the version of Go in go.mod.')
}
