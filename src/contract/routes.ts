import { type Static, type TSchema, Type } from 'typebox'
import { Id, IdParams, Page, PageQuery } from './common.ts'
import {
  CronJob,
  CronJobCreate,
  CronJobExecution,
  CronJobQuery,
  CronJobUpdate,
  ExecutionParams,
  ExecutionQuery,
  Ledger,
  LedgerQuery,
  ResumePreview,
  ResumeRequest,
  ScheduleUpdate,
  TriggerRequest,
} from './cronJobs.ts'
import { Function, FunctionAccess, FunctionDeploy, FunctionQuery, Invocation, Revision } from './functions.ts'
import { DrainRequest, GatewayStatus, GatewayUpdate } from './gateway.ts'
import { LogPage, LogQuery } from './logs.ts'
import { Project, ProjectOpen, ProjectRelink, Secret, SecretParams, SecretWrite } from './projects.ts'
import { SchedulePreview, SchedulePreviewRequest } from './schedules.ts'

/** What a caller must be allowed to do; checked in one place of the domain. */
export const scopes = ['read', 'write', 'trigger', 'deploy', 'invoke', 'secrets', 'admin'] as const
/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number]

/** One route: what it takes and what it answers. Server, client, OpenAPI and documents are made from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` parameters. */
  readonly path: string
  /** Other spellings of the same route. */
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly scope: Scope
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Status and schema of the answer; a 204 has no body. `stream` answers are described, not validated. */
  readonly success: { readonly status: number; readonly body?: TSchema; readonly also?: readonly number[] }
  /** Largest body in bytes; 1 MiB unless said. */
  readonly bodyLimit?: number
  /** The body is passed through as bytes and the answer is the function's own. */
  readonly raw?: true
}

const MiB = 1024 * 1024
const v1 = '/api/v1'
const jobs = `${v1}/applications/cronjobs`
const applications = `${v1}/applications`
const id = IdParams

/** Every route of the gateway's API by its operation id. */
export const routes = {
  getGateway: {
    method: 'GET',
    path: `${v1}/gateway`,
    summary: 'State of the gateway',
    scope: 'read',
    success: { status: 200, body: GatewayStatus },
  },
  updateGateway: {
    method: 'PATCH',
    path: `${v1}/gateway`,
    summary: 'Change a setting of the gateway',
    scope: 'admin',
    body: GatewayUpdate,
    success: { status: 200, body: GatewayStatus },
  },
  drainGateway: {
    method: 'POST',
    path: `${v1}/gateway/drain`,
    summary: 'Stop the gateway after its runs ended',
    scope: 'admin',
    body: DrainRequest,
    success: { status: 202, body: GatewayStatus },
  },

  openProject: {
    method: 'POST',
    path: `${v1}/projects`,
    summary: 'Register a workspace folder',
    scope: 'write',
    body: ProjectOpen,
    success: { status: 201, body: Project, also: [200] },
  },
  listProjects: {
    method: 'GET',
    path: `${v1}/projects`,
    summary: 'List projects',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: Page(Project) },
  },
  getProject: {
    method: 'GET',
    path: `${v1}/projects/:id`,
    summary: 'Read a project',
    scope: 'read',
    params: id,
    success: { status: 200, body: Project },
  },
  relinkProject: {
    method: 'POST',
    path: `${v1}/projects/:id/relink`,
    summary: 'Bind a project to the folder that moved',
    scope: 'write',
    params: id,
    body: ProjectRelink,
    success: { status: 200, body: Project },
  },
  removeProject: {
    method: 'DELETE',
    path: `${v1}/projects/:id`,
    summary: 'Forget a project with all it holds',
    scope: 'write',
    params: id,
    success: { status: 204 },
  },
  listSecrets: {
    method: 'GET',
    path: `${v1}/projects/:id/secrets`,
    summary: "List a project's secrets by key",
    scope: 'read',
    params: id,
    success: { status: 200, body: Page(Secret) },
  },
  writeSecret: {
    method: 'PUT',
    path: `${v1}/projects/:id/secrets/:secret`,
    summary: 'Set keys of a secret',
    scope: 'secrets',
    params: SecretParams,
    body: SecretWrite,
    success: { status: 200, body: Secret },
  },
  deleteSecret: {
    method: 'DELETE',
    path: `${v1}/projects/:id/secrets/:secret`,
    summary: 'Delete a secret',
    scope: 'secrets',
    params: SecretParams,
    success: { status: 204 },
  },

  previewSchedule: {
    method: 'POST',
    path: `${v1}/schedules/preview`,
    summary: 'Sentence, next runs and warnings of a schedule',
    scope: 'read',
    body: SchedulePreviewRequest,
    success: { status: 200, body: SchedulePreview },
  },

  createCronJob: {
    method: 'POST',
    path: jobs,
    aliases: [`${applications}/cronjob`],
    summary: 'Create a CronJob',
    scope: 'write',
    body: CronJobCreate,
    success: { status: 201, body: CronJob },
  },
  listCronJobs: {
    method: 'GET',
    path: jobs,
    aliases: [`${applications}/cronjob`],
    summary: 'List CronJobs',
    scope: 'read',
    query: CronJobQuery,
    success: { status: 200, body: Page(CronJob) },
  },
  getCronJob: {
    method: 'GET',
    path: `${jobs}/:id`,
    aliases: [`${applications}/:id`],
    summary: 'Read a CronJob',
    scope: 'read',
    params: id,
    success: { status: 200, body: CronJob },
  },
  updateCronJob: {
    method: 'PATCH',
    path: `${jobs}/:id`,
    aliases: [`${applications}/:id`],
    summary: 'Change a CronJob',
    scope: 'write',
    params: id,
    body: CronJobUpdate,
    success: { status: 200, body: CronJob },
  },
  updateSchedule: {
    method: 'PATCH',
    path: `${jobs}/:id/schedule`,
    aliases: [`${applications}/:id/schedule`],
    summary: 'Change a schedule',
    scope: 'write',
    params: id,
    body: ScheduleUpdate,
    success: { status: 200, body: CronJob },
  },
  replaceSchedule: {
    method: 'PUT',
    path: `${jobs}/:id/schedule`,
    aliases: [`${applications}/:id/schedule`],
    summary: 'Change a schedule',
    scope: 'write',
    params: id,
    body: ScheduleUpdate,
    success: { status: 200, body: CronJob },
  },
  deleteCronJob: {
    method: 'DELETE',
    path: `${jobs}/:id`,
    aliases: [`${applications}/:id`],
    summary: 'Delete a CronJob with its runs and logs',
    scope: 'write',
    params: id,
    success: { status: 204 },
  },
  suspendCronJob: {
    method: 'POST',
    path: `${jobs}/:id/suspend`,
    aliases: [`${applications}/:id/suspend`],
    summary: 'Suspend a CronJob',
    scope: 'write',
    params: id,
    success: { status: 200, body: CronJob },
  },
  previewResume: {
    method: 'GET',
    path: `${jobs}/:id/resume`,
    aliases: [`${applications}/:id/resume`],
    summary: 'What a resume would start at once',
    scope: 'read',
    params: id,
    success: { status: 200, body: ResumePreview },
  },
  resumeCronJob: {
    method: 'POST',
    path: `${jobs}/:id/resume`,
    aliases: [`${applications}/:id/resume`],
    summary: 'Resume a CronJob',
    scope: 'write',
    params: id,
    body: ResumeRequest,
    success: { status: 200, body: CronJob },
  },
  triggerCronJob: {
    method: 'POST',
    path: `${jobs}/:id/trigger`,
    aliases: [`${applications}/:id/trigger`],
    summary: 'Start a run by hand',
    scope: 'trigger',
    params: id,
    body: TriggerRequest,
    success: { status: 201, body: CronJobExecution },
  },
  listExecutions: {
    method: 'GET',
    path: `${jobs}/:id/executions`,
    aliases: [`${applications}/:id/executions`],
    summary: 'List runs, newest first',
    scope: 'read',
    params: id,
    query: ExecutionQuery,
    success: { status: 200, body: Page(CronJobExecution) },
  },
  getExecution: {
    method: 'GET',
    path: `${jobs}/:id/executions/:execId`,
    aliases: [`${applications}/:id/executions/:execId`],
    summary: 'Read a run',
    scope: 'read',
    params: ExecutionParams,
    success: { status: 200, body: CronJobExecution },
  },
  stopExecution: {
    method: 'POST',
    path: `${jobs}/:id/executions/:execId/stop`,
    aliases: [`${applications}/:id/executions/:execId/stop`],
    summary: 'End a run and its whole process tree',
    scope: 'trigger',
    params: ExecutionParams,
    success: { status: 200, body: CronJobExecution },
  },
  getLedger: {
    method: 'GET',
    path: `${jobs}/:id/ledger`,
    aliases: [`${applications}/:id/ledger`],
    summary: 'Every occurrence and what became of it',
    scope: 'read',
    params: id,
    query: LedgerQuery,
    success: { status: 200, body: Ledger },
  },
  getExecutionLogs: {
    method: 'GET',
    path: `${jobs}/:id/executions/:execId/logs`,
    aliases: [`${applications}/:id/executions/:execId/logs`],
    summary: 'Log of one run',
    scope: 'read',
    params: ExecutionParams,
    query: LogQuery,
    success: { status: 200, body: LogPage },
  },
  getCronJobLogs: {
    method: 'GET',
    path: `${jobs}/:id/logs`,
    aliases: [`${applications}/:id/logs`],
    summary: 'Log of all runs',
    scope: 'read',
    params: id,
    query: LogQuery,
    success: { status: 200, body: LogPage },
  },

  deployFunction: {
    method: 'POST',
    path: `${v1}/projects/:id/functions`,
    summary: 'Deploy a function',
    scope: 'deploy',
    params: id,
    body: FunctionDeploy,
    bodyLimit: 32 * MiB,
    success: { status: 201, body: Function, also: [200, 202] },
  },
  listFunctions: {
    method: 'GET',
    path: `${v1}/projects/:id/functions`,
    summary: "List a project's functions",
    scope: 'read',
    params: id,
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
    success: { status: 204 },
  },
  cancelDeployment: {
    method: 'POST',
    path: `${v1}/functions/:id/deployment/cancel`,
    summary: 'End a deployment that is under way',
    scope: 'deploy',
    params: id,
    success: { status: 200, body: Function },
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
  listInvocations: {
    method: 'GET',
    path: `${v1}/functions/:id/invocations`,
    summary: 'List calls, newest first',
    scope: 'read',
    params: id,
    query: PageQuery,
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

/** The operation ids. */
export type RouteName = keyof typeof routes

/** Path of the watch WebSocket; `?cursor=` resumes. */
export const watchPath = `${v1}/watch`

/** Paths outside `/api/v1`. The last two need the token; the first two answer to loopback callers without it. */
export const plainPaths = {
  health: '/healthz',
  ready: '/readyz',
  openApi: '/openapi.json',
  metrics: '/metrics',
} as const

type Part<R, K extends string> = R extends Record<K, infer S extends TSchema> ? Static<S> : undefined
/** The path parameters of a route. */
export type RouteParams<N extends RouteName> = Part<(typeof routes)[N], 'params'>
/** The query of a route. */
export type RouteQuery<N extends RouteName> = Part<(typeof routes)[N], 'query'>
/** The JSON body of a route. */
export type RouteBody<N extends RouteName> = Part<(typeof routes)[N], 'body'>
/** The JSON answer of a route. */
export type RouteResult<N extends RouteName> = Part<(typeof routes)[N]['success'], 'body'>

/** An id in a path, checked apart from the rest where a route is not in the table (WebSocket). */
export const PathId = Type.Object({ id: Id })
