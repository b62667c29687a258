import { HksError } from '../../../../contract/errors.ts'
import type { CronJobSpec } from '../../../domain/cronJob.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { Container } from '../objects/coreV1.ts'
import { annotations } from '../labels.ts'
import { changedEnv } from './environment.ts'
import { callerVariables, type FunctionCaller } from './functionCaller.ts'
import { specOf } from './fromKube.ts'
import { mainContainerIndex } from './mainContainer.ts'
import { workOf } from './toKube.ts'

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

/** A field of a spec that can be changed; `environment` and `secrets` are one list in a container. */
type Field = Exclude<keyof CronJobSpec, 'name' | 'templateAppId'>

/** The fields that differ between two specs. */
export function changedFields(before: CronJobSpec, after: CronJobSpec): readonly Field[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)] as Field[])
  return [...fields].filter(field => !isSame(before[field], after[field])).sort()
}

/**
 * The operations that bring a CronJob of the cluster from `base` to `wanted`, and touch nothing else; none when it is
 * so already. It was perhaps changed since `base` was read: what is not changed here stays as it is now.
 * `caller` is there where it calls a function.
 * @throws HksError CONFLICT when somebody else gave a field that is changed here yet another value
 */
export function patchOf(
  object: KubeCronJob,
  base: CronJobSpec,
  wanted: CronJobSpec,
  caller?: FunctionCaller,
): readonly PatchOperation[] {
  const present = specOf(object)
  const fields = changedFields(base, wanted).filter(field => !isSame(present[field], wanted[field]))
  for (const field of fields) {
    if (!isSame(present[field], base[field])) throw changedMeanwhile(object.metadata.name, field, present[field])
  }
  const operations = fields.flatMap(field => (isOfContainer(field) ? [] : plainOperation(object, field, wanted)))
  const container = containerOperations(object, fields.filter(isOfContainer), base, wanted, caller)
  const all = [...operations, ...container, ...(fields.includes('target') ? annotationOperations(object, wanted) : [])]
  if (all.length === 0) return []
  // Refused with 409 when the object is another one by then.
  return [{ op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion }, ...all]
}

const job = '/spec/jobTemplate/spec'

/** Where the fields of a spec stand that are one value in the object. */
const paths = {
  schedule: '/spec/schedule',
  timeZone: '/spec/timeZone',
  concurrencyPolicy: '/spec/concurrencyPolicy',
  suspend: '/spec/suspend',
  startingDeadlineSeconds: '/spec/startingDeadlineSeconds',
  successfulJobsHistoryLimit: '/spec/successfulJobsHistoryLimit',
  failedJobsHistoryLimit: '/spec/failedJobsHistoryLimit',
  backoffLimit: `${job}/backoffLimit`,
  activeDeadlineSeconds: `${job}/activeDeadlineSeconds`,
  terminationGracePeriodSeconds: `${job}/template/spec/terminationGracePeriodSeconds`,
} as const

type ContainerField = Exclude<Field, keyof typeof paths>

const isOfContainer = (field: Field): field is ContainerField => !(field in paths)

/** `add` sets a member whether or not it is there (RFC 6902, 4.1). */
function plainOperation(object: KubeCronJob, field: Field, wanted: CronJobSpec): PatchOperation[] {
  const path = paths[field as keyof typeof paths]
  const value = wanted[field]
  if (value !== undefined) return [{ op: 'add', path, value }]
  return hasMember(object, path) ? [{ op: 'remove', path }] : []
}

function containerOperations(
  object: KubeCronJob,
  fields: readonly ContainerField[],
  base: CronJobSpec,
  wanted: CronJobSpec,
  caller: FunctionCaller | undefined,
): PatchOperation[] {
  if (fields.length === 0) return []
  const { template } = object.spec.jobTemplate.spec
  const index = mainContainerIndex(template)
  const container = template.spec.containers[index]
  const path = `${job}/template/spec/containers/${index}`
  const operations: PatchOperation[] = []
  const set = (member: keyof Container, value: unknown) => {
    if (value !== undefined) operations.push({ op: 'add', path: `${path}/${member}`, value })
    else if (container?.[member] !== undefined) operations.push({ op: 'remove', path: `${path}/${member}` })
  }
  const isTarget = fields.includes('target')
  const isEnvironment = fields.includes('environment') || fields.includes('secrets')
  const isFunction = wanted.target.kind === 'function'
  if (isTarget || (fields.includes('image') && !isFunction)) {
    const work = workOf(wanted, caller)
    if (isTarget) for (const member of ['command', 'args'] as const) set(member, work[member])
    if (fields.includes('image') || isFunction) set('image', work.image)
  }
  const before = container?.env ?? []
  let env = isEnvironment ? changedEnv(before, base, wanted) : before
  if (isTarget) env = [...env.filter(({ name }) => !callers.has(name)), ...workOf(wanted, caller).env]
  if (!isSame(env, before)) set('env', env.length === 0 ? undefined : env)
  return operations
}

const callers: ReadonlySet<string> = new Set(Object.values(callerVariables))

/** Says in the object's annotations which function it calls, or that it calls none. */
function annotationOperations({ metadata }: KubeCronJob, { target }: CronJobSpec): PatchOperation[] {
  const key = annotations.functionId
  const path = `/metadata/annotations/${key.replace('/', '~1')}`
  if (target.kind !== 'function') return metadata.annotations?.[key] === undefined ? [] : [{ op: 'remove', path }]
  const { functionId: value } = target
  return metadata.annotations
    ? [{ op: 'add', path, value }]
    : [{ op: 'add', path: '/metadata/annotations', value: { [key]: value } }]
}

const hasMember = (object: unknown, path: string): boolean => {
  let value = object
  for (const part of path.split('/').slice(1)) value = (value as Record<string, unknown> | undefined)?.[part]
  return value !== undefined
}

/** Whether two values of a field are equal; the order of variables says nothing. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}

const changedMeanwhile = (name: string, field: Field, present: unknown) =>
  new HksError(
    'CONFLICT',
    `${field}: the CronJob "${name}" was changed by someone else meanwhile; it is now ${JSON.stringify(present) ?? 'not set'}.`,
    { details: { field, value: present }, hint: 'Look at it again, then repeat the change.' },
  )
