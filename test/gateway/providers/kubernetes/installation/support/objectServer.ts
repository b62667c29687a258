import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { answerJson, answerStatus, wireServer, type WireServer } from '../../support/wireServer.ts'

/** An object as the server keeps it. */
export interface Kept {
  readonly apiVersion: string
  readonly kind: string
  metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    resourceVersion: string
    generation: number
    labels?: Record<string, string>
    readonly [field: string]: unknown
  }
  status?: object
  [field: string]: unknown
}

/** An API server with the few kinds that an installation uses, for the faults that no real one makes when it is asked to. */
export interface ObjectServer extends AsyncDisposable {
  readonly url: string
  readonly requests: WireServer['requests']
  /** By path. */
  readonly objects: Map<string, Kept>
  /** Writes so far, as `PATCH ConfigMap config-network`. */
  readonly writes: string[]
  /** Answers a write with something else, or tells what comes before it. */
  onWrite: (write: string) => readonly [status: number, message: string] | undefined
  /** Deployments become available at once. */
  startsDeployments: boolean
  /** What the user may not do, such as `patch clusterroles`. */
  readonly denied: Set<string>
  /** Puts an object there that somebody else has made. */
  add(path: string, object: object): void
}

const verbs = ['create', 'delete', 'get', 'list', 'patch']
const group = (
  groupVersion: string,
  ...resources: readonly (readonly [kind: string, name: string, isGlobal?: true])[]
) =>
  [
    groupVersion,
    resources.map(([kind, name, isGlobal]) => ({ kind, name, namespaced: isGlobal !== true, verbs })),
  ] as const

/** Starts one. */
export async function objectServer(): Promise<ObjectServer> {
  const types = new Map([
    group('v1', ['Namespace', 'namespaces', true], ['ConfigMap', 'configmaps'], ['Service', 'services']),
    group('apps/v1', ['Deployment', 'deployments']),
    group('rbac.authorization.k8s.io/v1', ['ClusterRole', 'clusterroles', true]),
    group('apiextensions.k8s.io/v1', ['CustomResourceDefinition', 'customresourcedefinitions', true]),
    group('admissionregistration.k8s.io/v1', [
      'ValidatingWebhookConfiguration',
      'validatingwebhookconfigurations',
      true,
    ]),
  ])
  const objects = new Map<string, Kept>()
  const writes: string[] = []
  const denied = new Set<string>()
  let version = 0

  const keep = (path: string, object: Omit<Kept, 'metadata'> & { metadata: object }, fields: object = {}): Kept => {
    const before = objects.get(path)
    const content = { ...before, ...object }
    const metadata = {
      ...{ uid: `uid-${++version}`, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
      ...before?.metadata,
      ...object.metadata,
      ...fields,
      resourceVersion: String(version),
    }
    const kept = { ...content, metadata } as unknown as Kept
    if (kept.kind === 'CustomResourceDefinition') define(kept)
    if (kept.kind === 'Deployment' && server.startsDeployments) kept.status = running
    objects.set(path, kept)
    return kept
  }
  const running = { observedGeneration: 1, updatedReplicas: 1, conditions: [{ type: 'Available', status: 'True' }] }
  const define = (definition: Kept): void => {
    const { spec } = definition as unknown as { spec: { group: string; names: { kind: string; plural: string } } }
    types.set(...group(`${spec.group}/v1`, [spec.names.kind, spec.names.plural]))
    definition.status = { conditions: [{ type: 'Established', status: 'True' }] }
  }
  const undefine = ({ kind, ...definition }: Kept): void => {
    if (kind !== 'CustomResourceDefinition') return
    types.delete(`${(definition as unknown as { spec: { group: string } }).spec.group}/v1`)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url!, 'https://x')
    const path = url.pathname
    const body = JSON.parse((await text(request)) || '{}') as Kept
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const { verb, resource } = (body as unknown as { spec: { resourceAttributes: Record<string, string> } }).spec
        .resourceAttributes
      return answerJson(response, 201, { metadata: {}, status: { allowed: !denied.has(`${verb} ${resource}`) } })
    }
    if (request.method === 'PATCH' || request.method === 'DELETE') {
      const write = `${request.method} ${(objects.get(path) ?? body).kind} ${path.split('/').at(-1)}`
      const refusal = server.onWrite(write)
      if (refusal) return answerStatus(response, refusal[0], 'InternalError', { message: refusal[1] })
      writes.push(write)
    }
    if (request.method === 'PATCH') {
      const manager = url.searchParams.get('fieldManager')
      return answerJson(response, 200, keep(path, body, { managedFields: [{ manager, operation: 'Apply' }] }))
    }
    const object = objects.get(path)
    if (request.method === 'DELETE') {
      if (object) undefine(object)
      objects.delete(path)
    }
    if (object) return answerJson(response, 200, object)
    const list = listed(path, url.searchParams.get('labelSelector'))
    if (list) return answerJson(response, 200, list)
    answerStatus(response, 404, 'NotFound')
  }
  const listed = (path: string, selector: string | null): object | undefined => {
    if (path === '/apis') {
      const groups = [...types.keys()].filter(name => name !== 'v1')
      return { groups: groups.map(groupVersion => ({ preferredVersion: { groupVersion } })) }
    }
    const [, name = ''] = /^\/apis?\/(v1|[^/]+\/v1)(?:$|\/)/.exec(path) ?? []
    const rest = path.replace(/^\/apis?\//, '').slice(name.length + 1)
    const resources = types.get(name)
    if (!resources || rest === '') return resources && { resources }
    const [, namespace, plural] = /^(?:namespaces\/([^/]+)\/)?([^/]+)$/.exec(rest) ?? []
    const type = resources.find(each => each.name === plural)
    if (plural === 'pods') return { metadata: {}, items: [] }
    if (!type) return undefined
    const [label = '', value] = selector?.split('=') ?? []
    const items = [...objects].flatMap(([at, object]) =>
      at.startsWith(`/${name === 'v1' ? 'api' : 'apis'}/${name}/`) &&
      at.split('/').at(-2) === plural &&
      object.kind === type.kind &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (selector === null || object.metadata.labels?.[label] === value)
        ? [object]
        : [],
    )
    return { metadata: {}, items }
  }
  const wire = await wireServer((request, response) => void answer(request, response))
  const server: ObjectServer = {
    url: wire.url,
    requests: wire.requests,
    objects,
    writes,
    denied,
    onWrite: () => undefined,
    startsDeployments: true,
    add: (path, object) => void keep(path, object as Kept),
    [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
  }
  return server
}
