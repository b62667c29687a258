import { kubeconfigFiles } from '../../../base/kubeconfigFiles.ts'
import type { ConnectionService } from '../../domain/connectionService.ts'
import type { Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'
import { toWireConnection } from '../wire/connection.ts'

/** Routes of connections. */
export const connectionHandlers = (
  connections: ConnectionService,
): Pick<
  Handlers,
  | 'listConnections'
  | 'createConnection'
  | 'getConnection'
  | 'updateConnection'
  | 'removeConnection'
  | 'testConnection'
  | 'checkKnative'
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
  listNamespaces: async ({ caller, params }) => ({
    body: { items: [...(await connections.namespaces(caller, params.id))] },
  }),
  listKubeContexts: async ({ caller, query }) => {
    const files = kubeconfigFiles(query.kubeconfig)
    return { body: { items: [...(await connections.contexts(caller, files))] } }
  },
})
