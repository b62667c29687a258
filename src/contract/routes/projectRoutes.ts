import { Page, PageQuery } from '../common.ts'
import { ManifestApplied, ManifestApply } from '../manifests.ts'
import { Project, ProjectOpen, ProjectParams, ProjectRelink, Secret, SecretParams, SecretWrite } from '../projects.ts'
import { type Route, v1 } from './route.ts'

const id = ProjectParams

/** Routes of projects and their secrets. */
export const projectRoutes = {
  openProject: {
    method: 'POST',
    path: `${v1}/projects`,
    summary: 'Open a workspace folder or a namespace as a project',
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
    summary: 'Forget a project, on local with all it holds',
    scope: 'write',
    params: id,
    success: { status: 204 },
  },
  applyManifest: {
    method: 'POST',
    path: `${v1}/projects/:id/manifests`,
    summary: 'Apply a whole manifest in a namespace of a cluster',
    scope: 'write',
    params: id,
    body: ManifestApply,
    success: { status: 200, body: ManifestApplied },
  },
  listSecrets: {
    method: 'GET',
    path: `${v1}/projects/:id/secrets`,
    summary: "List a project's secrets by key",
    scope: 'read',
    params: id,
    query: PageQuery,
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
} as const satisfies Record<string, Route>
