import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import { constraintWords } from '../../base/constraintWords.ts'
import { quoted } from '../../base/quoted.ts'
import { fromInstant } from '../../base/instant.ts'
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
    // The reader of instants decides, so that what passes here is never NaN behind it.
    ajv.addFormat('date-time', text => fromInstant(text) !== undefined)
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
  return new HksError('INVALID_REQUEST', `${field}: ${message}`, { details: { field, value: shown(error) } })
}

function describe(error: ErrorObject): { field: string; message: string } {
  const params = error.params as Record<string, unknown>
  const at = error.instancePath.replace(/^\//, '').replace(/\//g, '.')
  const below = (name: unknown) => (at === '' ? String(name) : `${at}.${String(name)}`)
  switch (error.keyword) {
    case 'additionalProperties':
      if ('patternProperties' in (error.parentSchema as object)) {
        const allowed = (error.parentSchema as { description?: string }).description
        return {
          field: below(params['additionalProperty']),
          message: `is not allowed as a name here${allowed ? ` (${allowed})` : ''}.`,
        }
      }
      return { field: below(params['additionalProperty']), message: 'is not a field of this request.' }
    case 'required':
      return { field: below(params['missingProperty']), message: 'is missing.' }
    case 'enum':
      return {
        field: at || 'body',
        message: `${quotedData(error)} is none of ${(params['allowedValues'] as unknown[]).join(', ')}.`,
      }
    case 'pattern': {
      const about = (error.parentSchema as { description?: string } | undefined)?.description
      return { field: at || 'body', message: `${quotedData(error)} is not allowed${about ? ` (${about})` : ''}.` }
    }
    case 'format':
      return {
        field: at || 'body',
        message: `${quotedData(error)} is no RFC 3339 instant such as 2026-03-01T09:00:00Z.`,
      }
    default:
      return {
        field: at || 'body',
        message: `${quotedData(error)} ${constraintWords(error.keyword, params) ?? error.message ?? 'is not allowed'}.`,
      }
  }
}

/** What may be said of a value; one that is write-only, a secret's, appears in no answer. */
const quotedData = (error: ErrorObject): string => (isWriteOnly(error) ? 'the value' : quoted(error.data, 80))

const shown = (error: ErrorObject): unknown =>
  isWriteOnly(error) || (typeof error.data === 'object' && error.data !== null) ? undefined : error.data

const isWriteOnly = ({ parentSchema }: ErrorObject): boolean =>
  (parentSchema as { writeOnly?: boolean } | undefined)?.writeOnly === true
