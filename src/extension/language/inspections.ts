import type { TextDocument } from 'vscode'
import { type InspectedFunctionYaml, inspectFunctionYaml } from '../../scaffold/inspectFunctionYaml.ts'
import type { FileProblem, InspectedSchedule } from '../../scaffold/inspectedFile.ts'
import { type InspectedCronJob, inspectManifest } from '../../scaffold/inspectManifest.ts'
import type { WrittenSchedule } from '../model/writtenSchedule.ts'
import { kindOf } from './openFiles.ts'

/** What a document says, as far as it is ours. */
export interface Inspection {
  readonly cronJobs: readonly InspectedCronJob[]
  readonly fn?: InspectedFunctionYaml
  readonly schedules: readonly InspectedSchedule[]
  readonly problems: readonly FileProblem[]
}

const nothing: Inspection = { cronJobs: [], schedules: [], problems: [] }

/** Looks at documents, at each version once. */
export function createInspections(): (document: TextDocument) => Inspection {
  const known = new WeakMap<TextDocument, { readonly version: number; readonly inspection: Inspection }>()
  return document => {
    const { version } = document
    const before = known.get(document)
    if (before?.version === version) return before.inspection
    const inspection = inspect(document)
    known.set(document, { version, inspection })
    return inspection
  }
}

function inspect(document: TextDocument): Inspection {
  const kind = kindOf(document)
  if (kind === undefined) return nothing
  if (kind === 'function') {
    const fn = inspectFunctionYaml(document.getText())
    return { cronJobs: [], fn, schedules: fn.schedules, problems: fn.problems }
  }
  const { cronJobs, problems } = inspectManifest(document.getText())
  return { cronJobs, schedules: cronJobs.flatMap(({ schedule }) => schedule ?? []), problems }
}

/** The schedule without its places. */
export const writtenSchedule = ({
  schedule,
  timeZone,
  startingDeadlineSeconds,
  suspend,
}: InspectedSchedule): WrittenSchedule => ({
  schedule: schedule.value,
  suspend,
  ...(timeZone === undefined ? {} : { timeZone: timeZone.value }),
  ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }),
})
