import type { ProjectAction } from '../../../../contract/projects.ts'
import type { RequestInfo } from '../client/requestInfo.ts'

type Right = Pick<RequestInfo, 'verb' | 'group' | 'resource' | 'subresource'>

const serving = 'serving.knative.dev'

/** What an action asks of the API server, all of it: with less it would stop half-way. */
const rights: Readonly<Record<ProjectAction, readonly Right[]>> = {
  createCronJob: [{ verb: 'create', group: 'batch', resource: 'cronjobs' }],
  changeCronJob: [{ verb: 'patch', group: 'batch', resource: 'cronjobs' }],
  deleteCronJob: [{ verb: 'delete', group: 'batch', resource: 'cronjobs' }],
  triggerCronJob: [{ verb: 'create', group: 'batch', resource: 'jobs' }],
  stopRun: [{ verb: 'delete', group: 'batch', resource: 'jobs' }],
  readLogs: [{ verb: 'get', group: '', resource: 'pods', subresource: 'log' }],
  deployFunction: [
    { verb: 'create', group: serving, resource: 'services' },
    { verb: 'update', group: serving, resource: 'services' },
    { verb: 'create', group: '', resource: 'configmaps' },
    { verb: 'patch', group: '', resource: 'configmaps' },
    { verb: 'create', group: '', resource: 'secrets' },
  ],
  divideTraffic: [{ verb: 'update', group: serving, resource: 'services' }],
  deleteFunction: [
    { verb: 'delete', group: serving, resource: 'services' },
    { verb: 'deletecollection', group: '', resource: 'pods' },
  ],
  writeSecret: [
    { verb: 'patch', group: '', resource: 'secrets' },
    { verb: 'create', group: '', resource: 'secrets' },
  ],
  deleteSecret: [{ verb: 'delete', group: '', resource: 'secrets' }],
}

/** The rights that an action needs in a namespace, of one object where its name is given. */
export const rightsOf = (action: ProjectAction, namespace: string, name?: string): readonly RequestInfo[] =>
  rights[action].map(right => ({ ...right, namespace, ...(name === undefined ? {} : { name }) }))
