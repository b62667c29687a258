import { defined } from '../../base/defined.ts'
import type { CronJobCreate, CronJobUpdate } from '../../contract/cronJobs.ts'
import { HksError, invalidField } from '../../contract/errors.ts'
import { checkSchedule } from './checkSchedule.ts'
import type { CronJobSpec, Target } from './cronJob.ts'
import { refuseRepeatedVariables } from './secretVariables.ts'
import { environmentTexts, refuseZeroBytes } from './zeroBytes.ts'

/** Kubernetes' own defaults (batch/v1 CronJobSpec, JobSpec; core/v1 PodSpec for the grace period). */
export const cronJobDefaults = {
  concurrencyPolicy: 'Allow',
  suspend: false,
  backoffLimit: 6,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
} as const

/** The spec that a create body asks for, what its template has filled in, with every default. @throws HksError naming the field at fault */
export function newCronJobSpec(input: CronJobCreate): CronJobSpec {
  checkSchedule(input.schedule, input.timeZone)
  checkTexts(input)
  return defined({
    ...cronJobDefaults,
    ...pick(input),
    name: input.name,
    schedule: input.schedule,
    timeZone: input.timeZone,
    target: targetOf(input),
    environment: input.environment ?? {},
    secrets: input.secrets ?? [],
    startingDeadlineSeconds: input.startingDeadlineSeconds,
    activeDeadlineSeconds: input.activeDeadlineSeconds,
    image: input.image,
    templateAppId: input.templateAppId,
  })
}

/** The spec after a change: absent fields stay, `null` clears. @throws HksError naming the field at fault */
export function changedCronJobSpec(spec: CronJobSpec, input: CronJobUpdate): CronJobSpec {
  const schedule = input.schedule ?? spec.schedule
  const timeZone = changed(spec.timeZone, input.timeZone)
  // What is stored was checked when it came, perhaps by other time zone data.
  if (input.schedule !== undefined || input.timeZone != null) checkSchedule(schedule, timeZone)
  checkTexts(input)
  return defined({
    ...spec,
    ...pick(input),
    schedule,
    timeZone,
    target: changedTarget(spec.target, { ...input, image: changed(spec.image, input.image) ?? null }),
    environment: input.environment ?? spec.environment,
    secrets: input.secrets ?? spec.secrets,
    startingDeadlineSeconds: changed(spec.startingDeadlineSeconds, input.startingDeadlineSeconds),
    activeDeadlineSeconds: changed(spec.activeDeadlineSeconds, input.activeDeadlineSeconds),
    image: changed(spec.image, input.image),
  })
}

const pick = (input: Pick<CronJobUpdate, keyof typeof cronJobDefaults>) =>
  defined({
    concurrencyPolicy: input.concurrencyPolicy,
    suspend: input.suspend,
    backoffLimit: input.backoffLimit,
    successfulJobsHistoryLimit: input.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: input.failedJobsHistoryLimit,
    terminationGracePeriodSeconds: input.terminationGracePeriodSeconds,
  })

const changed = <T>(present: T | undefined, next: T | null | undefined): T | undefined =>
  next === undefined ? present : (next ?? undefined)

type TargetFields = Pick<CronJobUpdate, 'command' | 'args' | 'functionId' | 'payload' | 'image'>

function targetOf(input: TargetFields): Target {
  const { command = [], args = [], functionId } = input
  if (functionId != null) {
    const other = command.length > 0 ? 'command' : args.length > 0 ? 'args' : undefined
    if (other) throw bothTargets(other)
    return { kind: 'function', functionId, payload: input.payload ?? null }
  }
  if (input.payload !== undefined) {
    throw invalidField('payload', undefined, 'is given to a function, and functionId names none.', 'Add functionId.')
  }
  // An image has a command of its own.
  if (command.length === 0 && !input.image) throw missingCommand()
  return { kind: 'command', command, args }
}

/** Refuses a CronJob without a command, where no image has one. @throws HksError naming the field */
export function requireCommand({ target }: CronJobSpec): void {
  if (target.kind === 'command' && target.command.length === 0) throw missingCommand()
}

const missingCommand = () =>
  new HksError('INVALID_REQUEST', 'command: is missing; a CronJob runs a command or calls functionId.', {
    details: { field: 'command', fields: ['command', 'functionId'] },
    hint: 'Give a command such as ["sh", "-c", "date"], or the id of a function.',
  })

function changedTarget(present: Target, input: TargetFields): Target {
  const { command, args, functionId, payload } = input
  if (command === undefined && args === undefined && functionId === undefined && payload === undefined) return present
  if (present.kind === 'function' && command === undefined && functionId !== null) {
    if (args !== undefined && args.length > 0) throw bothTargets('args')
    return targetOf({
      functionId: functionId ?? present.functionId,
      payload: payload === undefined ? present.payload : payload,
    })
  }
  if (functionId != null) return targetOf(input)
  return targetOf({
    ...(present.kind === 'command' ? { command: present.command.slice(), args: present.args.slice() } : {}),
    ...defined({ command, args, payload, image: input.image }),
  })
}

const bothTargets = (field: 'command' | 'args') =>
  new HksError('INVALID_REQUEST', `${field} and functionId: only one of them can be given.`, {
    details: { fields: [field, 'functionId'] },
    hint: 'A CronJob runs a command or calls a function, never both.',
  })

/** Texts that no process can be started with, and variables that could have only one of two values. */
function checkTexts(input: Pick<CronJobUpdate, 'command' | 'args' | 'environment' | 'secrets'>): void {
  if (input.command?.[0] === '') throw invalidField('command.0', '', 'the program has no name.')
  refuseZeroBytes([
    ...(input.command ?? []).map((text, i) => [`command.${i}`, text] as const),
    ...(input.args ?? []).map((text, i) => [`args.${i}`, text] as const),
    ...environmentTexts(input.environment),
  ])
  refuseRepeatedVariables(input.secrets)
}
