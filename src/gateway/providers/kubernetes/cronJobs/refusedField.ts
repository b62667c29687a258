import { HksError } from '../../../../contract/errors.ts'

/** Fields of batch/v1 CronJob and the names that a request has for them; the first that fits counts. */
const fields: readonly (readonly [path: RegExp, field: string])[] = [
  [/^metadata\.name\b/, 'name'],
  [
    /^spec\.(schedule|timeZone|concurrencyPolicy|suspend|startingDeadlineSeconds|successfulJobsHistoryLimit|failedJobsHistoryLimit)\b/,
    '$1',
  ],
  [/^spec\.jobTemplate\.spec\.(backoffLimit|activeDeadlineSeconds)\b/, '$1'],
  [/^spec\.jobTemplate\.spec\.template\.spec\.terminationGracePeriodSeconds\b/, 'terminationGracePeriodSeconds'],
  [/^spec\.jobTemplate\.spec\.template\.spec\.containers\[\d+\]\.env\[\d+\]\.valueFrom\b/, 'secrets'],
  [/^spec\.jobTemplate\.spec\.template\.spec\.containers\[\d+\]\.env\b/, 'environment'],
  [/^spec\.jobTemplate\.spec\.template\.spec\.containers\[\d+\]\.(image|command|args)\b/, '$1'],
]

/** The name that a request has for a field of the object; its own path where it has none. */
export function fieldOf(path: string): string {
  for (const [rule, name] of fields) {
    const found = rule.exec(path)
    if (found) return name === '$1' ? found[1]! : name
  }
  return path
}

/** Says what the API server refuses in the words of the request; other errors stay as they are. */
export function inOurWords(error: unknown): unknown {
  if (!(error instanceof HksError) || error.code !== 'INVALID_REQUEST') return error
  const path = error.details?.['field']
  if (typeof path !== 'string') return error
  const field = fieldOf(path)
  if (field === path) return error
  const said = error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message
  const code = field === 'schedule' || field === 'timeZone' ? 'INVALID_SCHEDULE' : 'INVALID_REQUEST'
  return new HksError(code, `${field}: ${said}`, { details: { ...error.details, field, path }, cause: error })
}
