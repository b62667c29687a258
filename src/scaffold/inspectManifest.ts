import { concurrencyPolicies, CronJobCreate } from '../contract/cronJobs.ts'
import { nearest } from '../base/nearest.ts'
import { isCronJob, manifestPaths, type ReadCronJob, readCronJob } from './cronJobManifest.ts'
import {
  type FileProblem,
  type InspectedSchedule,
  inspectSchedule,
  problemOf,
  tooLargeProblem,
  withoutTemplates,
} from './inspectedFile.ts'
import type { ManifestNotice } from './manifestFields.ts'
import { saysCronJob } from './saysCronJob.ts'
import { schemaFaults } from './schemaFaults.ts'
import { parseEachYaml, type YamlDocument } from './yamlFile.ts'
import { keyRangeOf, rangeOf, type TextRange } from './yamlPlaces.ts'

/** A CronJob of a manifest while somebody edits it: what it says, where, and what is wrong. */
export interface InspectedCronJob {
  /** Its first key. */
  readonly head: TextRange
  /** From its first character to its last. */
  readonly whole: TextRange
  readonly name?: string
  readonly schedule?: InspectedSchedule
}

/** Every CronJob of a file, and whatever `hks-func cronjob apply -f` would refuse or say of it. */
export interface InspectedManifest {
  readonly cronJobs: readonly InspectedCronJob[]
  /** Faults of schedules and time zones are not among them: their text has to be judged. */
  readonly problems: readonly FileProblem[]
}

/** Looks at a text that may hold CronJobs, however broken it is. Never throws. */
export function inspectManifest(text: string): InspectedManifest {
  const tooLarge = tooLargeProblem(text)
  if (tooLarge !== undefined) return { cronJobs: [], problems: [tooLarge] }
  const documents = parseEachYaml(text, 'manifest')
  const cronJobs = documents.filter(isCronJob)
  return {
    cronJobs: cronJobs.map(document => inspectCronJob(document, text)),
    problems: documents.flatMap(document => {
      const problems = document.broken ? brokenCronJob(document, text) : readProblems(document, text)
      return withoutTemplates(text, problems)
    }),
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {}

function inspectCronJob(yaml: YamlDocument, text: string): InspectedCronJob {
  const { document } = yaml
  const root = fieldsOf(yaml.value)
  const name = fieldsOf(root['metadata'])['name']
  const schedule = inspectSchedule(yaml, text, manifestPaths.spec, fieldsOf(root['spec']))
  return {
    head: rangeOf(document, text, []),
    whole: { start: document.range[0], end: document.range[1] },
    ...(typeof name === 'string' ? { name } : {}),
    ...(schedule === undefined ? {} : { schedule }),
  }
}

/** The text of another object is not ours to judge, nor is a template's. */
function brokenCronJob({ document, broken }: YamlDocument, text: string): FileProblem[] {
  const part = text.slice(document.range[0], document.range[2])
  return broken !== undefined && saysCronJob(part) && !part.includes('{{') ? [problemOf(broken)] : []
}

function readProblems(yaml: YamlDocument, text: string): FileProblem[] {
  if (!isCronJob(yaml)) return []
  const faults: FileProblem[] = []
  const read = readCronJob(yaml, (fault, where) =>
    faults.push(where === 'local' ? { ...problemOf(fault, 'warning'), onlyLocal: true } : problemOf(fault)),
  )
  const known = new Set(faults.map(({ start }) => start))
  const refused = gatewayFaults(yaml, read).filter(({ start }) => !known.has(start))
  return [...faults.map(fault => withReplacement(fault, text)), ...refused, ...noticeProblems(yaml, text, read.notices)]
}

const { projectId: _project, ...createFields } = CronJobCreate.properties
/** The project is not the manifest's to say, and what the reader misses, it has reported. */
const createSchema = { ...CronJobCreate, properties: createFields, required: [] }

function gatewayFaults(yaml: YamlDocument, { create, pathOf }: ReadCronJob): FileProblem[] {
  return schemaFaults(createSchema, create).map(({ path, message }) => problemOf(yaml.fault(pathOf(path), message)))
}

/** What is ignored on purpose is told once for the whole CronJob, at the first of it; a typing error where it is. */
function noticeProblems({ document }: YamlDocument, text: string, notices: readonly ManifestNotice[]): FileProblem[] {
  const unknown = notices.filter(({ kind }) => kind === 'unknown')
  const ignored = notices.filter(({ kind }) => kind === 'ignored')
  const [first] = ignored
  const hint = first && {
    ...keyRangeOf(document, text, first.path),
    severity: 'hint' as const,
    onlyLocal: true as const,
    field: first.path.join('.'),
    message: ignored.map(({ message }) => message).join('\n'),
  }
  return [
    ...unknown.map(({ path, message, meant }) => ({
      ...keyRangeOf(document, text, path),
      severity: 'warning' as const,
      field: path.join('.'),
      message,
      ...(meant === undefined ? {} : { replacement: meant }),
    })),
    ...(hint === undefined ? [] : [hint]),
  ]
}

function withReplacement(problem: FileProblem, text: string): FileProblem {
  const written = text.slice(problem.start, problem.end)
  if (problem.field === 'apiVersion' && /^["']?batch\//.test(written)) return { ...problem, replacement: 'batch/v1' }
  if (problem.field !== 'spec.concurrencyPolicy') return problem
  const meant = nearest(written.replaceAll(/["']/g, ''), concurrencyPolicies)
  return meant === undefined ? problem : { ...problem, replacement: meant }
}
