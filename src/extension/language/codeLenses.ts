import { CodeLens, type Command, l10n, Range, type TextDocument, workspace } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Services } from '../commands/command.ts'
import { clusterProject, cronJobNamed, meantProject, projectElsewhere } from '../commands/manifestCronJobs.ts'
import { commands } from '../contributions.ts'
import { scheduleLens } from '../model/scheduleLens.ts'
import type { InspectedFunctionYaml } from '../../scaffold/inspectFunctionYaml.ts'
import type { InspectedCronJob } from '../../scaffold/inspectManifest.ts'
import { viewer } from './hovers.ts'
import { type Inspection, writtenSchedule } from './inspections.ts'

type Known = Pick<Services, 'session' | 'openProjects' | 'chosenProject'>

/** What stands above the CronJobs of a document, or above a `function.yaml`. */
export function codeLenses(document: TextDocument, { cronJobs, fn }: Inspection, known: Known): CodeLens[] {
  const above = (offset: number, items: readonly Command[]): CodeLens[] => {
    const { line } = document.positionAt(offset)
    return items.map(item => new CodeLens(new Range(line, 0, line, 0), item))
  }
  if (fn !== undefined) return above(fn.head.start, functionLenses(document, fn, known))
  return cronJobs.flatMap(job => above(job.head.start, cronJobLenses(document, job, known)))
}

function cronJobLenses(document: TextDocument, { name, schedule }: InspectedCronJob, known: Known): Command[] {
  const present = name === undefined ? undefined : cronJobOf(document, name, known)
  const first = schedule === undefined ? [] : [scheduleItem(writtenSchedule(schedule), present)]
  if (document.uri.scheme !== 'file' || name === undefined || name.includes('{{')) return first
  const item = (command: string, title: string, tooltip: string): Command => ({
    ...{ command, title, tooltip },
    arguments: [{ uri: document.uri, name }],
  })
  const elsewhere = projectElsewhere(known, document.uri.fsPath)
  const words =
    elsewhere === undefined
      ? { add: l10n.t('Add to Project'), apply: l10n.t('Apply'), compare: l10n.t('Compare') }
      : {
          add: l10n.t('Add to {0}', elsewhere),
          apply: l10n.t('Apply to {0}', elsewhere),
          compare: l10n.t('Compare with {0}', elsewhere),
        }
  const meant = meantProject(known, document.uri.fsPath)
  const isApplied = present !== undefined || (meant !== undefined && clusterProject(known, meant) !== undefined)
  const runs = [
    item(
      commands.addManifest,
      isApplied ? words.apply : words.add,
      l10n.t('Makes the CronJob {0} of the project as this file says', name),
    ),
    item(commands.runManifest, l10n.t('Run Locally'), l10n.t('Applies it here, starts a run and follows its log')),
  ]
  // Before the gateway was asked, nobody knows what it has.
  const isUnknown = known.session.state.kind !== 'ready'
  const compares =
    present === undefined && !isUnknown
      ? []
      : [item(commands.compareManifest, words.compare, l10n.t('Compares it with what the gateway has'))]
  return [...first, ...(workspace.isTrusted ? runs : []), ...compares]
}

function scheduleItem(written: ReturnType<typeof writtenSchedule>, present: CronJob | undefined): Command {
  const isSame = present?.schedule === written.schedule && present.timeZone === written.timeZone
  const next = isSame && present.nextExecutionAt !== undefined ? Date.parse(present.nextExecutionAt) : undefined
  const title = scheduleLens(written, viewer(), next)
  if (present === undefined) return { title, command: '' }
  return {
    title,
    command: commands.editSchedule,
    tooltip: l10n.t('Opens the schedule editor of {0}', present.name),
    arguments: [{ cronJobId: present.id }],
  }
}

function cronJobOf({ uri }: TextDocument, name: string, known: Known): CronJob | undefined {
  const projectId = uri.scheme === 'file' ? meantProject(known, uri.fsPath) : undefined
  return projectId === undefined ? undefined : cronJobNamed(known, projectId, name)
}

function functionLenses({ uri }: TextDocument, { runtime, image }: InspectedFunctionYaml, known: Known): Command[] {
  if (uri.scheme !== 'file' || !workspace.isTrusted) return []
  const item = (command: string, title: string): Command => ({ command, title, arguments: [uri] })
  const elsewhere = projectElsewhere(known, uri.fsPath)
  return [
    item(commands.deploy, elsewhere === undefined ? l10n.t('Deploy') : l10n.t('Deploy to {0}', elsewhere)),
    item(commands.invoke, l10n.t('Invoke')),
    ...(runtime === 'go' || image !== undefined ? [] : [item(commands.debugFunction, l10n.t('Debug'))]),
  ]
}
