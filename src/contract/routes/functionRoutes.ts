import { IdParams, Page, PageQuery } from '../common.ts'
import {
  Function,
  FunctionAccess,
  FunctionDelete,
  FunctionDeploy,
  FunctionQuery,
  Revision,
  RollBack,
  TrafficUpdate,
} from '../functions.ts'
import { Invocation, InvocationQuery } from '../invocations.ts'
import { LogPage, LogQuery } from '../logs.ts'
import { ProjectParams } from '../projects.ts'
import { type Route, v1 } from './route.ts'

const id = IdParams
const MiB = 1024 * 1024

/** Routes of functions, their revisions, calls and logs. */
export const functionRoutes = {
  deployFunction: {
    method: 'POST',
    path: `${v1}/projects/:id/functions`,
    summary: 'Deploy a function',
    scope: 'deploy',
    params: ProjectParams,
    body: FunctionDeploy,
    bodyLimit: 32 * MiB,
    success: { status: 201, body: Function, also: [200, 202] },
  },
  listFunctions: {
    method: 'GET',
    path: `${v1}/projects/:id/functions`,
    summary: "List a project's functions",
    scope: 'read',
    params: ProjectParams,
    query: PageQuery,
    success: { status: 200, body: Page(Function) },
  },
  getFunction: {
    method: 'GET',
    path: `${v1}/functions/:id`,
    summary: 'Read a function',
    scope: 'read',
    params: id,
    query: FunctionQuery,
    success: { status: 200, body: Function },
  },
  deleteFunction: {
    method: 'DELETE',
    path: `${v1}/functions/:id`,
    summary: 'Delete a function',
    scope: 'deploy',
    params: id,
    query: FunctionDelete,
    success: { status: 204 },
  },
  cancelDeployment: {
    method: 'POST',
    path: `${v1}/functions/:id/deployment/cancel`,
    summary: 'End a deployment that is under way',
    scope: 'deploy',
    params: id,
    success: { status: 200, body: Function, also: [204] },
  },
  listRevisions: {
    method: 'GET',
    path: `${v1}/functions/:id/revisions`,
    summary: 'List revisions, newest first',
    scope: 'read',
    params: id,
    query: PageQuery,
    success: { status: 200, body: Page(Revision) },
  },
  setTraffic: {
    method: 'PUT',
    path: `${v1}/functions/:id/traffic`,
    summary: 'Divide the calls between revisions',
    scope: 'deploy',
    params: id,
    body: TrafficUpdate,
    success: { status: 200, body: Function },
  },
  rollBackFunction: {
    method: 'POST',
    path: `${v1}/functions/:id/rollback`,
    summary: 'Lead all calls to a former revision',
    scope: 'deploy',
    params: id,
    body: RollBack,
    success: { status: 200, body: Function },
  },
  listInvocations: {
    method: 'GET',
    path: `${v1}/functions/:id/invocations`,
    summary: 'List calls, newest first',
    scope: 'read',
    params: id,
    query: InvocationQuery,
    success: { status: 200, body: Page(Invocation) },
  },
  getFunctionAccess: {
    method: 'GET',
    path: `${v1}/functions/:id/access`,
    summary: 'URL and headers that call a function',
    scope: 'invoke',
    params: id,
    success: { status: 200, body: FunctionAccess },
  },
  invokeFunction: {
    method: 'POST',
    path: `${v1}/functions/:id/invoke`,
    summary: 'Call a function',
    scope: 'invoke',
    params: id,
    bodyLimit: 10 * MiB,
    raw: true,
    success: { status: 200, also: [202] },
  },
  getFunctionLogs: {
    method: 'GET',
    path: `${v1}/functions/:id/logs`,
    summary: 'Log of a function',
    scope: 'read',
    params: id,
    query: LogQuery,
    success: { status: 200, body: LogPage },
  },
} as const satisfies Record<string, Route>
