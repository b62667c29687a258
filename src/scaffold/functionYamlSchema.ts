import { longestName, namePatterns, nameWords } from '../contract/names.ts'
import { FunctionDeploy } from '../contract/functions.ts'
import { fieldsWithoutEffect, usedFields } from './functionYaml.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** TypeBox keeps its own marks where JSON does not see them. */
const deployed = (JSON.parse(JSON.stringify(FunctionDeploy)) as { properties: Record<string, JsonSchema> }).properties

/** What the file says in another way than a deployment does. */
const own: Readonly<Record<string, JsonSchema>> = {
  // YAML reads 3 as a number.
  runtimeVersion: { anyOf: [deployed['runtimeVersion'], { type: 'integer', minimum: 0, maximum: 999 }] },
  environment: {
    type: 'object',
    patternProperties: { [namePatterns.variable]: { type: ['string', 'number', 'boolean', 'null'] } },
    additionalProperties: false,
  },
  resources: {
    ...deployed['resources'],
    properties: {
      ...(deployed['resources']?.['properties'] as JsonSchema),
      cpu: { description: 'Has no effect on this machine' },
    },
  },
  schedules: {
    items: {
      properties: {
        schedule: { description: 'Five fields, such as "0 2 * * *", or @every 1h30m' },
        timeZone: { description: 'IANA name, such as Europe/Berlin' },
      },
    },
  },
}

/** What people read about a field while they write it, where the contract does not say it. */
const descriptions: Readonly<Record<string, string>> = {
  name: `The name of the function in its project. ${nameWords.resource}, at most ${longestName} characters; ${nameWords.ends}`,
  runtime: 'The language',
  image: 'In place of runtime and handler: an image of your own that answers HTTP at $PORT, on a cluster',
  runtimeVersion: 'For python and node: "3", "3.12" or "3.12.1", in quotes; default what the PATH has',
  description: 'One sentence for people',
  environment: 'Plain variables; everyone who may see the function sees them',
  secrets: 'Variables whose values come from secrets of the project',
  timeout: 'Seconds that a call may take; default 30',
  scaling: 'How many processes serve it, and how many calls each works on at once',
  resources: 'What a process of it may use up, with all that it starts',
  network: 'What it reaches: everything, the hosts in allowedHosts, or nothing',
  schedules: 'Has no effect on this machine; a CronJob calls a function on a schedule',
}

/** These have to be there, or be what they are: an empty value is not the same as none. */
const neverEmpty = ['name', 'runtime', 'image', 'environment', 'schedules']

/**
 * The JSON schema of `function.yaml`, made of the contract: an editor that checks with it takes what the reader and the
 * gateway take, but for what depends on several fields.
 */
export function functionYamlSchema(): JsonSchema {
  const properties = [...usedFields, ...fieldsWithoutEffect].map(field => {
    const schema = own[field] ?? deployed[field] ?? {}
    const description = descriptions[field] ?? schema['description']
    return [field, { description, ...without(neverEmpty.includes(field) ? schema : orEmpty(schema), 'description') }]
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'function.yaml of Hexabase HKS',
    type: 'object',
    required: ['name'],
    oneOf: [{ required: ['runtime'] }, { required: ['image'] }],
    additionalProperties: false,
    properties: Object.fromEntries(properties) as JsonSchema,
  }
}

/** The reader takes a field without a value for one that is not there. */
function orEmpty(schema: JsonSchema): JsonSchema {
  const { anyOf, type, enum: words } = schema
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] }
  return { ...schema, type: [type, 'null'], ...(Array.isArray(words) ? { enum: [...(words as unknown[]), null] } : {}) }
}

const without = (schema: JsonSchema, key: string): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key))
