import type { SecretReference } from '../../../../contract/common.ts'
import { invalidField } from '../../../../contract/errors.ts'
import { namePatterns } from '../../../../contract/names.ts'
import { callerVariables } from './functionCaller.ts'
import type { EnvVar } from '../objects/coreV1.ts'

/** Variables as a CronJob's spec has them. */
export interface Variables {
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: readonly SecretReference[]
}

const nameRule = new RegExp(namePatterns.variable)
const secretRule = new RegExp(namePatterns.secretKey)

/** Variables with a value of their own or of a secret; others, and what the platform sets, are kept and not shown. */
export function variablesOf(env: readonly EnvVar[]): Variables {
  const environment: Record<string, string> = {}
  const secrets = new Map<string, SecretReference>()
  for (const variable of env) {
    const { name } = variable
    // Of two with one name the last counts.
    delete environment[name]
    secrets.delete(name)
    const from = secretOf(variable)
    if (!isExpressed(variable)) continue
    if (from !== undefined) secrets.set(name, { name, from })
    else environment[name] = variable.value ?? ''
  }
  return { environment, secrets: [...secrets.values()] }
}

/** `SECRET/KEY`, where the value must come from there. */
function secretOf({ valueFrom }: EnvVar): string | undefined {
  const reference = valueFrom?.secretKeyRef
  if (!reference?.name || reference.optional === true) return undefined
  const from = `${reference.name}/${reference.key}`
  return secretRule.test(from) ? from : undefined
}

/** Whether the variable is one that a spec can say, and not the platform's own. */
const isExpressed = (variable: EnvVar): boolean =>
  nameRule.test(variable.name) &&
  !platformNames.has(variable.name) &&
  (variable.valueFrom === undefined || secretOf(variable) !== undefined)

/**
 * The list with the changes between two sets of variables made to it, all else untouched and in its place: the order
 * decides what `$(NAME)` refers to. @throws HksError when a new variable has the name of one that cannot be shown
 */
export function changedEnv(env: readonly EnvVar[], before: Variables, after: Variables): readonly EnvVar[] {
  const wanted = byName(after)
  const known = byName(before)
  const changed = new Map<string, EnvVar | undefined>()
  for (const name of new Set([...known.keys(), ...wanted.keys()])) {
    const next = wanted.get(name)
    if (!isSame(known.get(name), next)) changed.set(name, next)
  }
  const kept: EnvVar[] = []
  for (const variable of env) {
    const { name } = variable
    if (!changed.has(name)) {
      kept.push(variable)
      continue
    }
    const next = changed.get(name)
    // One that is shown stands behind it and hides it.
    if (next && !known.has(name) && !isExpressed(variable)) throw taken(name)
    if (next && !kept.some(each => each.name === name)) kept.push(next)
  }
  for (const [name, next] of changed) if (next && !kept.some(each => each.name === name)) kept.push(next)
  return kept
}

/** The variables as a container has them. @throws HksError for a name that the platform sets itself */
export function envOf(variables: Variables): readonly EnvVar[] {
  const all = byName(variables)
  refusePlatformNames(all.keys())
  return [...all.values()]
}

/** The list without what the platform sets itself. */
export const withoutPlatformEnv = (env: readonly EnvVar[]): readonly EnvVar[] =>
  env.filter(({ name }) => !platformNames.has(name))

/** The list with variables added to it, or in the place of those of the same name: others may refer to them. */
export function withVariables(env: readonly EnvVar[], added: readonly EnvVar[]): readonly EnvVar[] {
  const byItsName = new Map(added.map(variable => [variable.name, variable]))
  const names = new Set(env.map(({ name }) => name))
  return [
    ...env.map(variable => byItsName.get(variable.name) ?? variable),
    ...added.filter(({ name }) => !names.has(name)),
  ]
}

/** Refuses variables that the platform sets for each run. @throws HksError INVALID_REQUEST with the field */
export function refusePlatformNames(names: Iterable<string>): void {
  for (const name of names) if (platformNames.has(name)) throw taken(name)
}

function byName({ environment, secrets }: Variables): ReadonlyMap<string, EnvVar> {
  const all = new Map<string, EnvVar>()
  for (const [name, value] of Object.entries(environment)) all.set(name, { name, value })
  for (const { name, from } of secrets) {
    const [secret = '', key = ''] = from.split('/')
    all.set(name, { name, valueFrom: { secretKeyRef: { name: secret, key } } })
  }
  return all
}

const isSame = (a: EnvVar | undefined, b: EnvVar | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

const taken = (name: string) =>
  invalidField(
    `environment.${name}`,
    name,
    platformNames.has(name)
      ? `"${name}" is set by the platform for each run.`
      : `"${name}" is set by the manifest from a field or a ConfigMap, which is kept.`,
    'Choose another name, or change the manifest.',
  )

/** Set on what we create, as the local provider does for its runs. */
export const platformEnv = (applicationId: string, name: string): readonly EnvVar[] => [
  { name: 'HKS_APPLICATION_ID', value: applicationId },
  { name: 'HKS_CRONJOB_NAME', value: name },
  { name: 'HKS_TRIGGER', value: 'schedule' },
  fromLabel('HKS_JOB_NAME', 'batch.kubernetes.io/job-name'),
  fromLabel('HKS_RUN_ID', 'batch.kubernetes.io/controller-uid'),
]

const fromLabel = (name: string, label: string): EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${label}']` } },
})

const platformNames: ReadonlySet<string> = new Set([
  'HKS_APPLICATION_ID',
  'HKS_CRONJOB_NAME',
  'HKS_TRIGGER',
  'HKS_JOB_NAME',
  'HKS_RUN_ID',
  ...Object.values(callerVariables),
])
