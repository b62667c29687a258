import { HksError } from '../../contract/errors.ts'
import type { Section } from './editorView.ts'
import type { Form } from './modelForm.ts'
import { type FieldPath, labels, type Problem } from './modelProblems.ts'

/** The field at which an error of the gateway is shown; undefined when it names none of ours. */
export function problemOf(error: unknown, form: Form): Problem | undefined {
  if (!(error instanceof HksError)) return undefined
  const named = error.details?.['field']
  const name = error.code === 'INVALID_SCHEDULE' && typeof named !== 'string' ? 'schedule' : named
  const field = typeof name === 'string' ? fieldNamed(name, form) : undefined
  if (field === undefined) return undefined
  const message = [error.message, error.hint].filter(Boolean).join(' ')
  return { field, label: labels()[field.split('.')[0]!]!, message }
}

/** The folded section that a field is in. */
export function sectionOf(field: FieldPath): Section | undefined {
  if (/^(templateAppId|image|command|functionId|payload|environment|secrets)/.test(field)) return 'what'
  return /(Seconds|Limit)$/.test(field) ? 'limits' : undefined
}

/** Our field for the gateway's name of one, such as `body.args` or `environment.FOO`. */
function fieldNamed(name: string, form: Form): FieldPath | undefined {
  const [first = '', second = ''] = name.replace(/^body[./]/, '').split(/[./[\]]+/)
  if (first === 'args') return 'command'
  if (first === 'environment' || first === 'secrets') {
    const named = form[first].findIndex(row => row.name === second)
    const row = named >= 0 ? named : /^\d+$/.test(second) ? Number(second) : 0
    return row < form[first].length ? `${first}.${row}.name` : undefined
  }
  return first !== 'concurrencyPolicy' && Object.hasOwn(labels(), first) ? (first as FieldPath) : undefined
}
