import { Type } from 'typebox'
import { IdParams, Page, PageQuery } from '../common.ts'
import {
  ClusterNamespace,
  Connection,
  ConnectionCreate,
  ConnectionReport,
  ConnectionUpdate,
  KnativePart,
  KubeContext,
  KubeContextQuery,
} from '../connections.ts'
import { KnativeEvent, KnativeInstall, KnativeRemoval, mostManifestBytes } from '../knative.ts'
import { type Route, v1 } from './route.ts'

const params = IdParams

/** Routes of connections. */
export const connectionRoutes = {
  listConnections: {
    method: 'GET',
    path: `${v1}/connections`,
    summary: 'List connections',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: Page(Connection) },
  },
  createConnection: {
    method: 'POST',
    path: `${v1}/connections`,
    summary: 'Add a context of a kubeconfig',
    scope: 'admin',
    body: ConnectionCreate,
    success: { status: 201, body: Connection },
  },
  getConnection: {
    method: 'GET',
    path: `${v1}/connections/:id`,
    summary: 'Read a connection',
    scope: 'read',
    params,
    success: { status: 200, body: Connection },
  },
  updateConnection: {
    method: 'PATCH',
    path: `${v1}/connections/:id`,
    summary: 'Rename a connection or change its settings',
    scope: 'admin',
    params,
    body: ConnectionUpdate,
    success: { status: 200, body: Connection },
  },
  removeConnection: {
    method: 'DELETE',
    path: `${v1}/connections/:id`,
    summary: 'Forget a connection and its projects; nothing in the cluster is touched',
    scope: 'admin',
    params,
    success: { status: 204 },
  },
  testConnection: {
    method: 'POST',
    path: `${v1}/connections/:id/test`,
    summary: 'Ask the cluster now',
    scope: 'read',
    params,
    success: { status: 200, body: ConnectionReport },
  },
  checkKnative: {
    method: 'GET',
    path: `${v1}/connections/:id/knative`,
    summary: 'Look for the parts of Knative that functions need',
    scope: 'read',
    params,
    success: { status: 200, body: Type.Object({ items: Type.Array(KnativePart) }) },
  },
  installKnative: {
    method: 'POST',
    path: `${v1}/connections/:id/knative`,
    summary: 'Install Knative Serving and try it with a function',
    scope: 'admin',
    params,
    body: KnativeInstall,
    bodyLimit: mostManifestBytes,
    success: { status: 200, body: KnativeEvent },
  },
  planKnativeRemoval: {
    method: 'GET',
    path: `${v1}/connections/:id/knative/removal`,
    summary: 'Look at what a removal would delete',
    scope: 'admin',
    params,
    success: { status: 200, body: KnativeRemoval },
  },
  uninstallKnative: {
    method: 'DELETE',
    path: `${v1}/connections/:id/knative`,
    summary: 'Remove what an installation has made',
    scope: 'admin',
    params,
    success: { status: 200, body: KnativeEvent },
  },
  listNamespaces: {
    method: 'GET',
    path: `${v1}/connections/:id/namespaces`,
    summary: 'List the namespaces of a cluster',
    scope: 'read',
    params,
    success: { status: 200, body: Type.Object({ items: Type.Array(ClusterNamespace) }) },
  },
  listKubeContexts: {
    method: 'GET',
    path: `${v1}/kubeconfig/contexts`,
    summary: 'List the contexts of a kubeconfig',
    scope: 'admin',
    query: KubeContextQuery,
    success: { status: 200, body: Type.Object({ items: Type.Array(KubeContext) }) },
  },
} as const satisfies Record<string, Route>
