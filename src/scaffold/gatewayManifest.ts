import { isDeepStrictEqual } from 'node:util'
import type { CronJob } from '../contract/cronJobs.ts'
import { isCronJob, manifestPaths, type ReadCronJob, readCronJob } from './cronJobManifest.ts'
import { manifestDefaults, manifestUpdate } from './manifestUpdate.ts'
import { environmentOf } from '../base/cronJobManifest.ts'
import { writeManifest } from './writeManifest.ts'
import { applyEdits, editField, type TextEdit } from './yamlEdits.ts'
import { largestYaml, parseEachYaml, type YamlDocument } from './yamlFile.ts'

/**
 * What a manifest file would say if its CronJob of that name were as the gateway has it: the same text but for what
 * differs, so that a comparison shows this alone. A file that has no such CronJob, or is written in a way that cannot
 * be followed, gives the whole manifest anew. Nothing for a CronJob that calls a function: no manifest says that.
 */
export function gatewayManifest(text: string, job: CronJob): string | undefined {
  if (job.functionId !== undefined) return undefined
  const edited = inFile(text, job)
  const isRight = edited !== undefined && saysTheSame(find(edited, job.name), job)
  return isRight ? edited : writeManifest(job)
}

interface Found {
  readonly yaml: YamlDocument
  readonly read: ReadCronJob
}

function find(text: string, name: string): Found | undefined {
  if (text.length > largestYaml) return undefined
  for (const yaml of parseEachYaml(text, 'manifest')) {
    if (!isCronJob(yaml) || yaml.broken !== undefined) continue
    const read = readCronJob(yaml, () => undefined)
    if (read.create['name'] === name) return { yaml, read }
  }
  return undefined
}

/** `suspend` is compared here: a manifest without it does not change it. */
function saysTheSame(found: Found | undefined, job: CronJob): boolean {
  if (found === undefined) return false
  const { suspend = false, ...create } = found.read.create as Parameters<typeof manifestUpdate>[0]
  return manifestUpdate(create, job) === undefined && suspend === job.suspend
}

const compared: Readonly<Record<string, unknown>> = { schedule: '', suspend: false, ...manifestDefaults }
const ownPlace = ['environment', 'secrets', 'functionId']

function inFile(text: string, job: CronJob): string | undefined {
  const found = find(text, job.name)
  if (found === undefined) return undefined
  const { yaml, read } = found
  const known: Readonly<Record<string, unknown>> = job
  const edits: (TextEdit | undefined)[] = []
  for (const [field, absent] of Object.entries(compared)) {
    const value = known[field] ?? absent
    if (ownPlace.includes(field) || isDeepStrictEqual(read.create[field] ?? absent, value)) continue
    const isNone = value === null || (Array.isArray(value) && value.length === 0)
    edits.push(editField(yaml.document, text, read.pathOf([field]), isNone ? undefined : value))
  }
  edits.push(...variableEdits(found, text, job))
  return edits.includes(undefined) ? undefined : applyEdits(text, edits as TextEdit[])
}

/** A value that differs is changed where it stands; where variables came or went, the list is written anew. */
function variableEdits({ yaml, read }: Found, text: string, job: CronJob): (TextEdit | undefined)[] {
  const { environment = {}, secrets = [] } = read.create as Partial<Pick<CronJob, 'environment' | 'secrets'>>
  if (isDeepStrictEqual([environment, secrets], [job.environment, job.secrets])) return []
  const names = (variables: Readonly<Record<string, string>>): string[] => Object.keys(variables).sort()
  const isSameList = isDeepStrictEqual([names(environment), secrets], [names(job.environment), job.secrets])
  if (isSameList)
    return Object.entries(job.environment)
      .filter(([name, value]) => environment[name] !== value)
      .map(([name, value]) =>
        editField(yaml.document, text, [...read.pathOf(['environment', name]).slice(0, -1), 'value'], value),
      )
  const variables = environmentOf(job)
  const path = [...manifestPaths.container, 'env']
  return [editField(yaml.document, text, path, variables.length === 0 ? undefined : variables)]
}
