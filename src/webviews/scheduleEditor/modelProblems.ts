import { longestName, namePatterns } from '../../contract/names.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { validateTimeZone } from '../../schedule/timeZones.ts'
import type { FieldProblem } from '../ui/formNotices.ts'
import { t } from '../ui/text.ts'
import { type Form, hasNoCommand, isCopy, type NumberField, numberFields, numberRules, type Row } from './modelForm.ts'
import { pickerProblem } from './modelPicker.ts'

/** A part of the form that a problem belongs to: a field, or one cell of a row such as `environment.0.name`. */
export type FieldPath =
  | 'projectId'
  | 'name'
  | 'picker'
  | 'schedule'
  | 'timeZone'
  | 'templateAppId'
  | 'image'
  | 'command'
  | 'functionId'
  | 'payload'
  | NumberField
  | `${'environment' | 'secrets'}.${number}.${'name' | 'value'}`

/** Something that keeps the form from being saved. */
export type Problem = FieldProblem<FieldPath>

const namePattern = new RegExp(namePatterns.resource)
const variablePattern = new RegExp(namePatterns.variable)
const secretPattern = new RegExp(namePatterns.secretKey)

/** The labels of the fields, also for the list of what is missing. */
export const labels = (): Readonly<Record<string, string>> => ({
  projectId: t('Project'),
  name: t('Name'),
  picker: t('When'),
  schedule: t('Cron expression'),
  timeZone: t('Time zone'),
  templateAppId: t('Made of'),
  image: t('Image'),
  command: t('Command'),
  functionId: t('Function'),
  payload: t('Payload'),
  environment: t('Environment'),
  secrets: t('Secrets'),
  concurrencyPolicy: t('Concurrency'),
  startingDeadlineSeconds: t('Starting deadline'),
  activeDeadlineSeconds: t('Time limit'),
  backoffLimit: t('Retries'),
  successfulJobsHistoryLimit: t('Succeeded runs to keep'),
  failedJobsHistoryLimit: t('Failed runs to keep'),
  terminationGracePeriodSeconds: t('Grace period'),
})

/**
 * Everything that keeps a form from being saved, from top to bottom. `from` is the form it started as; `inCluster` whether what
 * it runs is run in containers.
 */
export function problemsOf(form: Form, mode: 'create' | 'edit', from: Form, inCluster = false): Problem[] {
  const names = labels()
  const problems: Problem[] = []
  const add = (field: FieldPath, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, label: names[field.split('.')[0]!]!, message })
  }
  if (mode === 'create') {
    add('name', nameProblem(form.name))
    if (form.projectId === '') add('projectId', t('Choose a project.'))
  }
  add('picker', pickerProblem(form.picker)?.message)
  const parsed = parseSchedule(form.schedule)
  if (!parsed.ok) add('schedule', sentence(parsed.error.message))
  add('timeZone', zoneProblem(form.timeZone, mode, from.timeZone))
  const isCopied = isCopy(form)
  if (inCluster && form.work !== 'function' && !isCopied && form.image.trim() === '')
    add('image', t('Name the image to run.'))
  if (!(inCluster || isCopied) || !hasNoCommand(form)) add('command', commandProblem(form))
  if (form.work === 'function') {
    if (form.functionId === '') add('functionId', t('Choose the function to call.'))
    add('payload', payloadProblem(form.payload))
  }
  rowProblems(form.environment, variableValue, (i, part, message) => add(`environment.${i}.${part}`, message))
  rowProblems(form.secrets, secretValue, (i, part, message) => add(`secrets.${i}.${part}`, message))
  for (const field of numberFields) add(field, numberProblem(field, form[field]))
  return problems
}

function nameProblem(name: string): string | undefined {
  if (name === '') return t('Give the CronJob a name.')
  if (name.length > longestName) return t('A name has at most {0} characters, this has {1}.', longestName, name.length)
  return namePattern.test(name)
    ? undefined
    : t('Use lower-case letters, digits and "-"; begin and end with a letter or digit.')
}

function zoneProblem(zone: string, mode: 'create' | 'edit', from: string): string | undefined {
  if (zone === '') return mode === 'edit' && from === '' ? undefined : t('Choose a time zone, for example UTC.')
  const check = validateTimeZone(zone)
  return check.ok ? undefined : sentence(check.message)
}

function commandProblem(form: Form): string | undefined {
  if (form.work === 'shell' && form.shell.trim() === '') return t('Write the command to run.')
  if (form.work === 'program' && (form.parts[0] ?? '').trim() === '') return t('Name the program to start.')
  return undefined
}

function payloadProblem(payload: string): string | undefined {
  if (payload.trim() === '') return undefined
  try {
    JSON.parse(payload)
    return undefined
  } catch (error) {
    return t('The payload is no JSON: {0}', error instanceof Error ? error.message : String(error))
  }
}

function rowProblems(
  rows: readonly Row[],
  valueProblem: (value: string) => string | undefined,
  add: (index: number, part: 'name' | 'value', message: string) => void,
): void {
  for (const [i, row] of rows.entries()) {
    if (row.name === '' && row.value === '') continue
    const isRepeated = rows.slice(0, i).some(other => other.name === row.name)
    if (!variablePattern.test(row.name))
      add(i, 'name', t('Use letters, digits, "_", "-" and "."; do not begin with a digit.'))
    else if (isRepeated) add(i, 'name', t('{0} is set twice; keep one of them.', row.name))
    const problem = valueProblem(row.value)
    if (problem !== undefined) add(i, 'value', problem)
  }
}

const variableValue = (): undefined => undefined

function secretValue(value: string): string | undefined {
  return secretPattern.test(value) ? undefined : t('Choose a secret, or write SECRET/KEY such as database/password.')
}

function numberProblem(field: NumberField, text: string): string | undefined {
  const { least, most, default: preset } = numberRules[field]
  if (text.trim() === '') return preset === undefined ? undefined : t('Write a number; the usual one is {0}.', preset)
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return undefined
  return most === 2_147_483_647
    ? t('Write a whole number of seconds, at least {0}.', least)
    : t('Write a whole number from {0} to {1}.', least, most)
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
