import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from 'typebox'
import { HksError } from '../../contract/errors.ts'

/** Checks a value against its schema and gives it back. @throws HksError INVALID_REQUEST naming the field */
export type Validate = (value: unknown) => unknown

/** Compiles checks: bodies as they are, queries with their strings turned into numbers and booleans. */
export interface Validators {
  readonly body: (schema: TSchema) => Validate
  readonly query: (schema: TSchema) => Validate
}

/** One set of compilers. A schema is compiled at its first use: all of them together would double the time of a start. */
export function createValidators(): Validators {
  const compiler = (coerceTypes: false | 'array') => {
    const ajv = new Ajv({ strict: false, allErrors: false, verbose: true, removeAdditional: false, coerceTypes })
    addFormats.default(ajv, ['date-time'])
    return (schema: TSchema): Validate => {
      let check: ValidateFunction | undefined
      return value => {
        check ??= ajv.compile(schema)
        if (check(value)) return value
        throw invalid(check)
      }
    }
  }
  return { body: compiler(false), query: compiler('array') }
}

function invalid(check: ValidateFunction): HksError {
  const error = check.errors?.[0]
  if (!error) return new HksError('INVALID_REQUEST', 'The request does not fit its schema.')
  const { field, message } = describe(error)
  return new HksError('INVALID_REQUEST', `${field}: ${message}`, { details: { field, value: shown(error.data) } })
}

function describe(error: ErrorObject): { field: string; message: string } {
  const params = error.params as Record<string, unknown>
  const at = error.instancePath.replace(/^\//, '').replace(/\//g, '.')
  const below = (name: unknown) => (at === '' ? String(name) : `${at}.${String(name)}`)
  switch (error.keyword) {
    case 'additionalProperties':
      return { field: below(params['additionalProperty']), message: 'is not a field of this request.' }
    case 'required':
      return { field: below(params['missingProperty']), message: 'is missing.' }
    case 'enum':
      return {
        field: at || 'body',
        message: `${quoted(error.data)} is none of ${(params['allowedValues'] as unknown[]).join(', ')}.`,
      }
    case 'pattern': {
      const about = (error.parentSchema as { description?: string } | undefined)?.description
      return { field: at || 'body', message: `${quoted(error.data)} is not allowed${about ? ` (${about})` : ''}.` }
    }
    default:
      return { field: at || 'body', message: `${quoted(error.data)} ${error.message ?? 'is not allowed'}.` }
  }
}

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const shown = (value: unknown): unknown => (typeof value === 'object' && value !== null ? undefined : value)
