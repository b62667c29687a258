import { kubeconfigFiles } from '../../../base/kubeconfigFiles.ts'
import type { HksError } from '../../../contract/errors.ts'
import type { KnativeEvent } from '../../../contract/knative.ts'
import type { ConnectionService } from '../../domain/connectionService.ts'
import type { KnativeTeller } from '../../domain/ports.ts'
import { errorAnswer } from '../errorAnswer.ts'
import { eventLines } from '../eventLines.ts'
import type { Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'
import { toWireConnection } from '../wire/connection.ts'

/** What long work of a connection needs. */
export interface LongWork {
  /** Keeps the gateway from ending for being idle. */
  readonly attach: () => Disposable
  /** Receives each error that is the gateway's own fault. */
  readonly report: (error: unknown) => void
}

/** Routes of connections. */
export const connectionHandlers = (
  connections: ConnectionService,
  work: LongWork,
): Pick<
  Handlers,
  | 'listConnections'
  | 'createConnection'
  | 'getConnection'
  | 'updateConnection'
  | 'removeConnection'
  | 'testConnection'
  | 'checkKnative'
  | 'installKnative'
  | 'planKnativeRemoval'
  | 'uninstallKnative'
  | 'listNamespaces'
  | 'listKubeContexts'
> => ({
  listConnections: async ({ caller, query }) => {
    const page = pageOf(connections.list(caller), query, ({ connection }) => connection.id)
    return { body: { ...page, items: page.items.map(toWireConnection) } }
  },
  createConnection: async ({ caller, body }) => ({
    status: 201,
    body: toWireConnection(await connections.create(caller, body)),
  }),
  getConnection: async ({ caller, params }) => ({ body: toWireConnection(connections.get(caller, params.id)) }),
  updateConnection: async ({ caller, params, body }) => ({
    body: toWireConnection(await connections.update(caller, params.id, body)),
  }),
  removeConnection: async ({ caller, params }) => {
    await connections.remove(caller, params.id)
    return { status: 204 }
  },
  testConnection: async ({ caller, params }) => ({ body: await connections.test(caller, params.id) }),
  checkKnative: async ({ caller, params }) => ({
    body: { items: [...(await connections.knative(caller, params.id))] },
  }),
  installKnative: ({ caller, params, body, signal }) =>
    told(work, tell => connections.installKnative(caller, params.id, body, tell, signal)),
  planKnativeRemoval: async ({ caller, params, signal }) => ({
    body: await connections.planKnativeRemoval(caller, params.id, signal),
  }),
  uninstallKnative: ({ caller, params, signal }) =>
    told(work, tell => connections.uninstallKnative(caller, params.id, tell, signal)),
  listNamespaces: async ({ caller, params }) => ({
    body: { items: [...(await connections.namespaces(caller, params.id))] },
  }),
  listKubeContexts: async ({ caller, query }) => {
    const files = kubeconfigFiles(query.kubeconfig)
    return { body: { items: [...(await connections.contexts(caller, files))] } }
  },
})

/** NDJSON of what is told; what fails before anything was told is an answer with a status of its own. */
async function told({ attach, report }: LongWork, run: (tell: KnativeTeller) => Promise<void>) {
  const attached = async (tell: KnativeTeller) => {
    using _client = attach()
    await run(tell)
  }
  const failed = (error: HksError) => ({ type: 'failed' as const, ...errorAnswer(error).body })
  return {
    contentType: 'application/x-ndjson',
    stream: await eventLines<KnativeEvent>({ run: attached, failed, report }),
  }
}
