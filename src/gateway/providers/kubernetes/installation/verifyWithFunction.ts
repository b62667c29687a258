import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { writeCanonicalTar } from '../../../../base/canonicalTar.ts'
import { HksError } from '../../../../contract/errors.ts'
import { createChangePublisher } from '../../../domain/changes.ts'
import type { FunctionSpec, Source } from '../../../domain/function.ts'
import { defaultResources } from '../../../domain/functionResources.ts'
import { defaultScaling } from '../../../domain/functionScaling.ts'
import { defaultHandler } from '../../../domain/functionSource.ts'
import type { Functions, KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { labels, managedBy } from '../labels.ts'
import type { OpenNamespaceWork } from '../namespaceWork.ts'
import { readObject } from './applyObject.ts'
import { lookEveryMs, pause } from './pacing.ts'

/** How long the function took, milliseconds. */
export interface Verified {
  readonly deployMilliseconds: number
  readonly callMilliseconds: number
}

/** On the namespace of a verification. */
const verificationLabel = 'hexabase.io/verification'
const namespaces = '/api/v1/namespaces'

/** An image is pulled meanwhile. */
const longestDeployMs = 300_000
const longestCallMs = 60_000
/** What is cleared up may take a while, also after the user has gone. */
const longestClearMs = 120_000
/** Longer than any verification: what is older was left by a gateway that was killed. */
const leftoverMs = 15 * 60_000

/** Answers with what it was sent, so that an answer proves that the call came through. */
const program = 'export const handler = event => ({ echo: event })\n'

/**
 * Deploys a function in a namespace of its own, calls it and deletes both, whatever comes of it.
 * @throws HksError of the deployment or of the call; FUNCTION_UNAVAILABLE for an answer that is not the function's
 */
export async function verifyWithFunction(
  client: KubeClient,
  openFunctions: OpenNamespaceWork,
  tell: KnativeTeller,
  signal: AbortSignal,
): Promise<Verified> {
  await removeLeftovers(client, signal)
  const name = `hks-verify-${randomBytes(4).toString('hex')}`
  tell({ type: 'waiting', message: `Deploying a function in the namespace ${name}` })
  await client.request('POST', namespaces, {
    body: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { [labels.managedBy]: managedBy, [verificationLabel]: 'true' } },
    },
    signal,
  })
  const ending = new AbortController()
  const work = openFunctions({ projectId: randomUUID(), name, client, signal: ending.signal }, createChangePublisher())
  try {
    return await tryFunction(work.functions!, tell, signal)
  } finally {
    tell({ type: 'waiting', message: 'Deleting the function' })
    // What comes of the function counts; a namespace that stays is looked for by the next verification.
    await clear(client, work.functions!, name).catch((error: unknown) =>
      tell({ type: 'warning', message: `The namespace ${name} may stay: ${(error as Error).message}` }),
    )
    await work.stop(0)
    ending.abort()
  }
}

async function tryFunction(functions: Functions, tell: KnativeTeller, signal: AbortSignal): Promise<Verified> {
  const begun = performance.now()
  const { function: fn, settled } = await functions.deploy('', spec, source(), { answerBy: Date.now() })
  await within(settled, longestDeployMs, signal, `No function served within ${longestDeployMs / 1000} seconds.`)
  const served = performance.now()
  tell({ type: 'waiting', message: 'Calling it' })
  const sent = randomUUID()
  const answer = await functions.invoke(
    fn.id,
    randomUUID(),
    {
      ...{ method: 'POST', path: '/', query: '', headers: { 'content-type': 'application/json' } },
      body: Buffer.from(JSON.stringify(sent)),
    },
    { diagnostics: false, signal: AbortSignal.any([signal, AbortSignal.timeout(longestCallMs)]) },
  )
  const text = Buffer.from(answer.body).toString()
  if (answer.code !== undefined) throw new HksError(answer.code, answer.message ?? text)
  if (answer.status !== 200 || !text.includes(sent)) {
    throw new HksError(
      'FUNCTION_UNAVAILABLE',
      `Something else answers the call: ${answer.status} ${text.slice(0, 200)}`,
      {
        hint: "Name the address of Knative's ingress in the connection.",
      },
    )
  }
  const answered = performance.now()
  return {
    deployMilliseconds: Math.round(served - begun),
    callMilliseconds: Math.round(answered - served),
  }
}

const spec: FunctionSpec = {
  name: 'hks-verify',
  runtime: 'node',
  handler: defaultHandler.node,
  environment: {},
  secrets: [],
  timeoutSeconds: 30,
  scaling: defaultScaling,
  resources: defaultResources,
  profile: 'function',
  network: 'full',
  public: false,
}

function source(): Source {
  const tar = writeCanonicalTar([{ path: 'index.mjs', data: Buffer.from(program), executable: false }])
  return { tar, digest: createHash('sha256').update(tar).digest('hex') }
}

async function within<T>(promise: Promise<T>, milliseconds: number, signal: AbortSignal, late: string): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  const timer = setTimeout(() => reject(new HksError('TIMEOUT', late)), milliseconds)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([promise, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Deletes the namespace with the function and waits for its end. */
async function clear(client: KubeClient, functions: Functions, name: string): Promise<void> {
  const signal = AbortSignal.timeout(longestClearMs)
  const path = `${namespaces}/${name}`
  await client.request('DELETE', path, { signal })
  // Its pods end sooner when they are told so; without that they end with the namespace.
  for (const { id } of await functions.list()) functions.remove(id).catch(() => undefined)
  while (await readObject(client, path, signal)) await pause(lookEveryMs, signal)
}

async function removeLeftovers(client: KubeClient, signal: AbortSignal): Promise<void> {
  const query = { labelSelector: `${verificationLabel}=true` }
  const { items } = await client.list<KubeObject>(namespaces, { query, signal })
  const old = items.filter(({ metadata }) => Date.parse(metadata.creationTimestamp) < Date.now() - leftoverMs)
  for (const { metadata } of old) await client.request('DELETE', `${namespaces}/${metadata.name}`, { signal })
}
