import type { ProjectAction } from '../../../../contract/projects.ts'
import type { RequestInfo } from '../client/requestInfo.ts'

type Right = Pick<RequestInfo, 'verb' | 'group' | 'resource' | 'subresource'> & {
  /**
   * `named`: of the object that the action is about, so that a role may give its name. `new`: not needed where that object is
   * there already. Else of what belongs to it, under names that no role can know.
   */
  readonly of?: 'named' | 'new'
}

const serving = 'serving.knative.dev'
const services = { group: serving, resource: 'services' }
const cronJobs = { group: 'batch', resource: 'cronjobs' }
const core = (resource: string) => ({ group: '', resource })

/** What an action asks of the API server, all of it: with less it would stop half-way. */
const rights: Readonly<Record<ProjectAction, readonly Right[]>> = {
  createCronJob: [{ verb: 'create', ...cronJobs }],
  changeCronJob: [{ verb: 'patch', ...cronJobs, of: 'named' }],
  deleteCronJob: [{ verb: 'delete', ...cronJobs, of: 'named' }],
  triggerCronJob: [{ verb: 'create', group: 'batch', resource: 'jobs' }],
  // A Job has a name that was made up for it.
  stopRun: [{ verb: 'delete', group: 'batch', resource: 'jobs' }],
  readLogs: [{ verb: 'get', ...core('pods'), subresource: 'log' }],
  deployFunction: [
    { verb: 'create', ...services, of: 'new' },
    { verb: 'update', ...services, of: 'named' },
    { verb: 'create', ...core('configmaps') },
    { verb: 'patch', ...core('configmaps') },
    { verb: 'create', ...core('secrets') },
  ],
  cancelDeployment: [
    { verb: 'update', ...services, of: 'named' },
    { verb: 'delete', group: serving, resource: 'revisions' },
    { verb: 'deletecollection', ...core('pods') },
  ],
  divideTraffic: [{ verb: 'update', ...services, of: 'named' }],
  deleteFunction: [
    { verb: 'delete', ...services, of: 'named' },
    { verb: 'deletecollection', ...core('pods') },
  ],
  writeSecret: [
    { verb: 'patch', ...core('secrets'), of: 'named' },
    // A server-side apply that makes an object is authorized with its name.
    { verb: 'create', ...core('secrets'), of: 'named' },
  ],
  deleteSecret: [{ verb: 'delete', ...core('secrets'), of: 'named' }],
}

/** The rights that an action needs in a namespace; of one object, which is there already, where its name is given. */
export const rightsOf = (action: ProjectAction, namespace: string, name?: string): readonly RequestInfo[] =>
  rights[action]
    .filter(({ of }) => name === undefined || of !== 'new')
    .map(({ of, ...right }) => ({ ...right, namespace, ...(name !== undefined && of === 'named' ? { name } : {}) }))

/** A right that a role can give for single objects, by their names; nothing where an action has none. */
export const namedRightOf = (action: ProjectAction): Pick<RequestInfo, 'verb' | 'group' | 'resource'> | undefined =>
  rights[action].find(({ of }) => of === 'named')
