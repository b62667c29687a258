import type { ConcurrencyPolicy, CronJob, CronJobCreate, CronJobUpdate } from '../../contract/cronJobs.ts'
import type { ScheduleEditorInit } from '../../contract/webviews.ts'
import { type Picker, pickerOf } from './modelPicker.ts'

/** How a CronJob does its work, as the form asks it. */
export type WorkKind = 'shell' | 'program' | 'function'

/** One row of the environment or of the secrets. */
export interface Row {
  readonly name: string
  /** A value, or `SECRET/KEY`. */
  readonly value: string
}

/** The numbers of the form, as text: what is typed may be no number yet. */
export const numberFields = [
  'startingDeadlineSeconds',
  'activeDeadlineSeconds',
  'backoffLimit',
  'successfulJobsHistoryLimit',
  'failedJobsHistoryLimit',
  'terminationGracePeriodSeconds',
] as const
/** One of {@link numberFields}. */
export type NumberField = (typeof numberFields)[number]

/** What each number may be; without a default an empty field means "no limit". Defaults are those of batch/v1. */
export const numberRules: Readonly<Record<NumberField, { least: number; most: number; default?: number }>> = {
  startingDeadlineSeconds: { least: 0, most: 2_147_483_647 },
  activeDeadlineSeconds: { least: 1, most: 2_147_483_647 },
  backoffLimit: { least: 0, most: 1000, default: 6 },
  successfulJobsHistoryLimit: { least: 0, most: 1000, default: 3 },
  failedJobsHistoryLimit: { least: 0, most: 1000, default: 1 },
  terminationGracePeriodSeconds: { least: 0, most: 3600, default: 30 },
}

/** Everything the user can change, as it stands in the fields. Plain data: it is kept across reloads. */
export interface Form extends Readonly<Record<NumberField, string>> {
  readonly projectId: string
  readonly name: string
  /** The expression; the presets write into it and are moved by it. */
  readonly schedule: string
  readonly picker: Picker
  /** IANA name; empty only for a job that was made without a zone. */
  readonly timeZone: string
  readonly work: WorkKind
  /** The application that a new CronJob copies; empty for none. */
  readonly templateAppId: string
  /** What containers run, in a cluster; empty on this machine. */
  readonly image: string
  /** The command line for `sh -c`. */
  readonly shell: string
  /** The program and its arguments, one each. */
  readonly parts: readonly string[]
  /** How many of the parts are `command`; the rest is `args`. */
  readonly commandLength: number
  readonly functionId: string
  /** JSON text of the payload for a function; empty for none. */
  readonly payload: string
  readonly environment: readonly Row[]
  readonly secrets: readonly Row[]
  readonly concurrencyPolicy: ConcurrencyPolicy
  readonly suspend: boolean
}

/** The program and its option that run a command line. */
const shellCommand = ['sh', '-c'] as const

/** An empty form: every day at nine in the viewer's zone, nothing to run yet. */
export function newForm(init: Pick<ScheduleEditorInit, 'projects' | 'projectId' | 'viewerTimeZone'>): Form {
  return {
    projectId: init.projectId ?? (init.projects.length === 1 ? init.projects[0]!.id : ''),
    name: '',
    schedule: '0 9 * * *',
    picker: { kind: 'daily', hour: 9, minute: 0 },
    timeZone: init.viewerTimeZone,
    work: 'shell',
    templateAppId: '',
    image: '',
    shell: '',
    parts: [''],
    commandLength: 1,
    functionId: '',
    payload: '',
    environment: [],
    secrets: [],
    concurrencyPolicy: 'Allow',
    suspend: false,
    startingDeadlineSeconds: '',
    activeDeadlineSeconds: '',
    backoffLimit: '6',
    successfulJobsHistoryLimit: '3',
    failedJobsHistoryLimit: '1',
    terminationGracePeriodSeconds: '30',
  }
}

/** The form of an existing CronJob. */
export function formOf(job: CronJob): Form {
  const { command = [], args = [] } = job
  const parts = [...command, ...args]
  const [program, option, line, ...more] = parts
  const isShell = program === shellCommand[0] && option === shellCommand[1] && line !== undefined && more.length === 0
  const number = (value: number | undefined) => (value === undefined ? '' : String(value))
  return {
    projectId: job.projectId,
    name: job.name,
    schedule: job.schedule,
    picker: pickerOf(job.schedule),
    timeZone: job.timeZone ?? '',
    work: job.functionId !== undefined ? 'function' : isShell ? 'shell' : 'program',
    templateAppId: '',
    image: job.image ?? '',
    shell: isShell ? line : '',
    parts: parts.length === 0 ? [''] : parts,
    commandLength: parts.length === 0 ? 1 : command.length,
    functionId: job.functionId ?? '',
    payload: job.payload == null ? '' : JSON.stringify(job.payload, null, 2),
    environment: Object.entries(job.environment).map(([name, value]) => ({ name, value })),
    secrets: job.secrets.map(({ name, from }) => ({ name, value: from })),
    concurrencyPolicy: job.concurrencyPolicy,
    suspend: job.suspend,
    startingDeadlineSeconds: number(job.startingDeadlineSeconds),
    activeDeadlineSeconds: number(job.activeDeadlineSeconds),
    backoffLimit: number(job.backoffLimit),
    successfulJobsHistoryLimit: number(job.successfulJobsHistoryLimit),
    failedJobsHistoryLimit: number(job.failedJobsHistoryLimit),
    terminationGracePeriodSeconds: number(job.terminationGracePeriodSeconds),
  }
}

/** The body that creates what a form without problems says. */
export function createBody(form: Form): CronJobCreate {
  const { projectId, name, schedule } = form
  const numbers = numberFields.flatMap(field => (form[field] === '' ? [] : [[field, Number(form[field])] as const]))
  return {
    projectId,
    name,
    schedule,
    ...(form.timeZone === '' ? {} : { timeZone: form.timeZone }),
    ...(isCopy(form) ? { templateAppId: form.templateAppId } : {}),
    ...(isCopy(form) && hasNoCommand(form) ? {} : workOf(form)),
    ...(form.image.trim() === '' || form.work === 'function' ? {} : { image: form.image.trim() }),
    ...(form.environment.length === 0 ? {} : { environment: environmentOf(form) }),
    ...(form.secrets.length === 0 ? {} : { secrets: secretsOf(form) }),
    concurrencyPolicy: form.concurrencyPolicy,
    ...(form.suspend ? { suspend: true } : {}),
    ...Object.fromEntries(numbers),
  }
}

/** The fields in which a form without problems differs from the one it started as; an emptied deadline becomes null. */
export function updateBody(from: Form, to: Form): CronJobUpdate {
  const changed = <T>(part: (form: Form) => T) => JSON.stringify(part(from)) !== JSON.stringify(part(to))
  const numbers = numberFields
    .filter(field => from[field] !== to[field])
    .map(field => [field, to[field] === '' ? null : Number(to[field])] as const)
  return {
    ...(from.schedule === to.schedule ? {} : { schedule: to.schedule }),
    ...(from.timeZone === to.timeZone ? {} : { timeZone: to.timeZone === '' ? null : to.timeZone }),
    ...(changed(workOf) ? workChange(from, to) : {}),
    ...(from.image.trim() === to.image.trim() ? {} : { image: to.image.trim() === '' ? null : to.image.trim() }),
    ...(changed(environmentOf) ? { environment: environmentOf(to) } : {}),
    ...(changed(secretsOf) ? { secrets: secretsOf(to) } : {}),
    ...(from.concurrencyPolicy === to.concurrencyPolicy ? {} : { concurrencyPolicy: to.concurrencyPolicy }),
    ...Object.fromEntries(numbers),
  }
}

/** Whether a form says anything else than the one it started as; rows that are still empty say nothing. */
export function isDirty(from: Form, to: Form): boolean {
  return JSON.stringify(createBody(from)) !== JSON.stringify(createBody(to))
}

/** Whether it is made of an application: what the form does not say is that application's. */
export const isCopy = ({ templateAppId, work }: Form): boolean => templateAppId !== '' && work !== 'function'

type Work = Pick<CronJobCreate, 'command' | 'args' | 'functionId' | 'payload'>

/** Whether no command is named: in a cluster the image may have one of its own. */
export const hasNoCommand = ({ work, shell, parts }: Form): boolean =>
  (work === 'shell' && shell.trim() === '') || (work === 'program' && parts.every(part => part.trim() === ''))

function workOf(form: Form): Work {
  if (hasNoCommand(form)) return { command: [], args: [] }
  if (form.work === 'shell') return { command: [...shellCommand, form.shell], args: [] }
  if (form.work === 'program')
    return { command: form.parts.slice(0, form.commandLength), args: form.parts.slice(form.commandLength) }
  // An unfinished payload is a problem of the form; until then it is what was typed.
  return { functionId: form.functionId, ...(form.payload.trim() === '' ? {} : { payload: payloadOf(form.payload) }) }
}

/** A job has either a command or a function, so the one that goes away is cleared. */
function workChange(from: Form, to: Form): Pick<CronJobUpdate, 'command' | 'args' | 'functionId' | 'payload'> {
  const work = workOf(to)
  if (to.work === 'function')
    return { ...(from.work === 'function' ? {} : { command: [], args: [] }), payload: null, ...work }
  return from.work === 'function' ? { functionId: null, ...work } : work
}

function payloadOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function filled(rows: readonly Row[]): readonly Row[] {
  return rows.filter(row => row.name !== '' || row.value !== '')
}

function environmentOf(form: Form): Record<string, string> {
  return Object.fromEntries(filled(form.environment).map(row => [row.name, row.value]))
}

function secretsOf(form: Form): { name: string; from: string }[] {
  return filled(form.secrets).map(row => ({ name: row.name, from: row.value }))
}
