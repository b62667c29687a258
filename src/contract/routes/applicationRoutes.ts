import { Application, ApplicationCreate, ApplicationPage, ApplicationQuery } from '../applications.ts'
import { IdParams } from '../common.ts'
import { type Route, v1 } from './route.ts'

const stateless = `${v1}/applications/stateless`

/** Routes of application templates. */
export const applicationRoutes = {
  listApplications: {
    method: 'GET',
    path: `${v1}/applications`,
    aliases: [stateless],
    summary: 'List what a CronJob can copy',
    scope: 'read',
    query: ApplicationQuery,
    success: { status: 200, body: ApplicationPage },
  },
  createApplication: {
    method: 'POST',
    path: `${v1}/applications`,
    aliases: [stateless],
    summary: 'Name a command for CronJobs to copy',
    scope: 'write',
    body: ApplicationCreate,
    success: { status: 201, body: Application },
  },
  deleteApplication: {
    method: 'DELETE',
    path: `${stateless}/:id`,
    summary: 'Delete a named command',
    scope: 'write',
    params: IdParams,
    success: { status: 204 },
  },
} as const satisfies Record<string, Route>
