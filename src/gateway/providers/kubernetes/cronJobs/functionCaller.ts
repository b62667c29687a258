import { HksError, notFound } from '../../../../contract/errors.ts'
import type { Target } from '../../../domain/cronJob.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { functionIdOf } from '../functions/objects/functionNames.ts'
import { labels } from '../labels.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { EnvVar, PodTemplate } from '../objects/coreV1.ts'
import { mainContainer } from './mainContainer.ts'

/** How a container calls a function: in what image, at which URL in the cluster. */
export interface FunctionCaller {
  /** Has `node`. */
  readonly image: string
  readonly url: string
}

type FunctionTarget = Extract<Target, { kind: 'function' }>

/** Variables of the program that calls a function; no form shows them. */
export const callerVariables = { url: 'HKS_FUNCTION_URL', payload: 'HKS_PAYLOAD' } as const

/**
 * Prints the answer and fails where it is not 2xx; why goes into the container's termination message. Not by `fetch`, which
 * waits five minutes at most.
 */
const program = `
const { request } = require('node:http')
const { HKS_FUNCTION_URL: url, HKS_PAYLOAD: body } = process['env']
const fail = message => {
  try { require('node:fs').writeFileSync('/dev/termination-log', message) } catch {}
  console.error(message)
  process.exitCode = 1
}
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
request(url, { method: 'POST', headers }, response => {
  const chunks = []
  response.on('data', chunk => chunks.push(chunk))
  response.on('error', error => fail('The answer of the function broke off: ' + error.message))
  response.on('end', () => {
    process.stdout.write(Buffer.concat(chunks).toString() + '\\n')
    const { statusCode } = response
    if (statusCode < 200 || statusCode > 299) fail('The function answered ' + statusCode + '.')
  })
}).on('error', error => fail(error.code === 'ENOTFOUND'
  ? 'The function it calls was deleted.' : 'The function was not called: ' + error.message)).end(body)
`.trim()

/** The command of a container that calls a function. */
export const callerCommand: readonly string[] = ['node', '-e', program]

/** The variables that the command reads. */
export const callerEnv = ({ payload }: FunctionTarget, { url }: FunctionCaller): readonly EnvVar[] => [
  { name: callerVariables.url, value: url },
  // A `$(NAME)` in it is no reference: `$$` stands for `$` (core/v1 EnvVar).
  { name: callerVariables.payload, value: JSON.stringify(payload ?? null).replaceAll('$', () => '$$') },
]

/** What a container is to send, as {@link callerEnv} wrote it. */
export function payloadOf(env: readonly EnvVar[]): unknown {
  const text = env.find(({ name }) => name === callerVariables.payload)?.value
  try {
    return text === undefined ? null : JSON.parse(text.replaceAll('$$', () => '$'))
  } catch {
    // Somebody wrote it by hand.
    return text
  }
}

/** How the containers of a template call their function. */
export function presentCaller(template: PodTemplate): FunctionCaller | undefined {
  const { image, env = [] } = mainContainer(template) ?? {}
  const url = env.find(({ name }) => name === callerVariables.url)?.value
  return image === undefined || url === undefined ? undefined : { image, url }
}

interface KnativeService extends KubeObject {
  readonly status?: { readonly address?: { readonly url?: string } }
}

/** Finds the function of a namespace by its id. @throws HksError NOT_FOUND, FUNCTION_UNAVAILABLE */
export async function findCaller(
  { client, name: namespace, projectId }: Pick<NamespaceScope, 'client' | 'name' | 'projectId'>,
  functionId: string,
  image: string,
): Promise<FunctionCaller> {
  const path = `/apis/serving.knative.dev/v1/namespaces/${encodeURIComponent(namespace)}/services`
  const { items } = await client.list<KnativeService>(path, { query: { labelSelector: labels.appId } })
  const service = items.find(each => functionIdOf(each, projectId) === functionId)
  if (!service) throw notFound('function', functionId)
  const url = service.status?.address?.url
  if (url === undefined) {
    throw new HksError(
      'FUNCTION_UNAVAILABLE',
      `The function "${service.metadata.name}" has no address in the cluster yet.`,
      {
        hint: 'Wait until it is ready, then try again.',
      },
    )
  }
  return { image, url }
}
