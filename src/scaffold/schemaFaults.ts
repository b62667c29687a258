import type { TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import { constraintWords } from '../base/constraintWords.ts'
import { quoted } from '../base/quoted.ts'

/** A value that the gateway would refuse: where it is, and what is wrong with it, as a sentence without its place. */
export interface SchemaFault {
  readonly path: readonly string[]
  readonly message: string
}

/** What of a value does not fit a schema of the contract: one fault for each place. */
export function schemaFaults(schema: TSchema, value: unknown): SchemaFault[] {
  const found = new Map<string, SchemaFault>()
  for (const error of Errors(schema, value)) {
    // The key itself is told of by an error of its own.
    if (error.keyword === 'additionalProperties' || found.has(error.instancePath)) continue
    const path = error.instancePath.split('/').slice(1)
    found.set(error.instancePath, { path, message: words(error, schema, path, value) })
  }
  return [...found.values()]
}

interface FoundError {
  readonly keyword: string
  readonly schemaPath: string
  readonly message: string
  readonly params: object
}

function words(error: FoundError, schema: TSchema, path: readonly string[], whole: unknown): string {
  const { keyword, message, params } = error
  if (keyword === 'boolean') return `is not allowed as a name here${about(descriptionAt(schema, error.schemaPath, 1))}.`
  if (keyword === 'required') return `${message}.`
  const value = quoted(path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], whole))
  if (keyword === 'enum')
    return `${value} is none of ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}.`
  if (keyword === 'pattern') return `${value} is not allowed${about(descriptionAt(schema, error.schemaPath, 0))}.`
  return `${value} ${constraintWords(keyword, params) ?? message}.`
}

const about = (description: string | undefined): string => (description === undefined ? '' : ` (${description})`)

/** The description of the schema that an error is about, `above` levels above the part at its path. */
function descriptionAt(schema: TSchema, schemaPath: string, above: number): string | undefined {
  const keys = schemaPath.split('/').slice(1)
  const part = keys
    .slice(0, keys.length - above)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], schema)
  return (part as { readonly description?: string } | undefined)?.description
}
