import { FunctionDeploy, runtimes } from '../contract/functions.ts'
import { nearest } from '../base/nearest.ts'
import { fieldsWithoutEffect, onlyDocument, readFunctionFields, usedFields } from './functionYaml.ts'
import {
  type FileProblem,
  type InspectedSchedule,
  inspectSchedule,
  problemOf,
  tooLargeProblem,
} from './inspectedFile.ts'
import { schemaFaults } from './schemaFaults.ts'
import { parseEachYaml, type YamlDocument } from './yamlFile.ts'
import { keyRangeOf, rangeOf, type TextRange } from './yamlPlaces.ts'

/** A `function.yaml` while somebody edits it: what it says, where, and what is wrong. */
export interface InspectedFunctionYaml {
  /** Its first key. */
  readonly head: TextRange
  readonly name?: string
  readonly runtime?: string
  /** The user's own image, in place of a runtime. */
  readonly image?: string
  readonly schedules: readonly InspectedSchedule[]
  /** What a deployment would refuse or say of it; the gateway may find more, of several fields together. */
  readonly problems: readonly FileProblem[]
}

/** Looks at the text of a `function.yaml`, however broken it is. Never throws. */
export function inspectFunctionYaml(text: string): InspectedFunctionYaml {
  const nothing = { head: { start: 0, end: 1 }, schedules: [] }
  const tooLarge = tooLargeProblem(text)
  if (tooLarge !== undefined) return { ...nothing, problems: [tooLarge] }
  const others: FileProblem[] = []
  const documents = parseEachYaml(text, 'function.yaml')
  const yaml = onlyDocument(documents, 'function.yaml', fault => others.push(problemOf(fault)))
  const fields = fieldsOf(yaml.value)
  const { name, runtime, image, schedules } = fields
  const problems = yaml.broken === undefined ? readProblems(yaml, text) : [problemOf(yaml.broken)]
  return {
    head: rangeOf(yaml.document, text, []),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof runtime === 'string' ? { runtime } : {}),
    ...(typeof image === 'string' ? { image } : {}),
    schedules: (Array.isArray(schedules) ? (schedules as unknown[]) : []).flatMap((item, i) => {
      const found = inspectSchedule(yaml, text, ['schedules', i], fieldsOf(item))
      return found === undefined ? [] : [found]
    }),
    problems: [...problems, ...others],
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {}

const { source: _source, waitSeconds: _wait, transient: _transient, ...settings } = FunctionDeploy.properties
/** What is not the file's to say is not in it, and what the reader misses, it has reported. */
const settingsSchema = { ...FunctionDeploy, properties: settings, required: [] }

function readProblems(yaml: YamlDocument, text: string): FileProblem[] {
  const faults: FileProblem[] = []
  const read = readFunctionFields(yaml, fault => faults.push(withReplacement(problemOf(fault), fieldsOf(yaml.value))))
  const known = new Set(faults.map(({ start }) => start))
  const refused = schemaFaults(settingsSchema, read.settings)
    .map(({ path, message }) => problemOf(yaml.fault(path, message)))
    .filter(({ start }) => !known.has(start))
  const ignored = read.ignored.map(field => ({
    ...keyRangeOf(yaml.document, text, field.split('.')),
    severity: 'hint' as const,
    field,
    message: `${field} has no effect on this machine.`,
  }))
  return [...faults, ...refused, ...ignored]
}

/** A typing error gets what was probably meant. */
function withReplacement(problem: FileProblem, fields: Readonly<Record<string, unknown>>): FileProblem {
  const { field } = problem
  const known = [...usedFields, ...fieldsWithoutEffect]
  const runtime = fields['runtime']
  const meant =
    field === 'runtime' && typeof runtime === 'string'
      ? nearest(runtime, runtimes)
      : known.includes(field)
        ? undefined
        : nearest(
            field,
            known.filter(key => !(key in fields)),
          )
  return meant === undefined ? problem : { ...problem, hint: `Did you mean ${meant}?`, replacement: meant }
}
