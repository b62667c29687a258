import { type Disposable, type Event, EventEmitter, window, workspace } from 'vscode'
import type { Services } from '../commands/command.ts'
import { settings } from '../contributions.ts'
import type { Resources } from '../model/resources.ts'
import { isEdited, kindOf } from './openFiles.ts'

/** Milliseconds between two drawings of "in 6 h". */
const tick = 30_000

/** Tells when lenses have to be drawn anew: the gateway knows something else, or time has passed. */
export function followLenses({
  session,
  openProjects,
  chosenProject,
}: Pick<Services, 'session' | 'openProjects' | 'chosenProject'>): Disposable & { readonly onDidChange: Event<void> } {
  const changed = new EventEmitter<void>()
  const fire = (): void => changed.fire()
  let shown = ''
  let ticking: NodeJS.Timeout | undefined

  const isSeen = (): boolean =>
    window.visibleTextEditors.some(({ document }) => isEdited(document) && kindOf(document) !== undefined)
  const keepTime = (): void => {
    clearInterval(ticking)
    ticking = undefined
    if (isSeen()) ticking = setInterval(() => (isSeen() ? fire() : keepTime()), tick)
  }
  const subscriptions = [
    window.onDidChangeVisibleTextEditors(() => {
      keepTime()
      // An editor that loses the focus at once does not ask by itself.
      if (isSeen()) fire()
    }),
    session.onDidChangeState(fire),
    session.onDidChangeResources(resources => {
      const now = shownOf(resources)
      if (now === shown) return
      shown = now
      fire()
    }),
    openProjects.onDidChange(fire),
    chosenProject.onDidChange(fire),
    workspace.onDidGrantWorkspaceTrust(fire),
    workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration(settings.codeLens)) fire()
    }),
  ]
  keepTime()
  return {
    onDidChange: changed.event,
    dispose: () => {
      clearInterval(ticking)
      for (const each of [...subscriptions, changed]) each.dispose()
    },
  }
}

/** What of the gateway's news lenses show. */
const shownOf = ({ cronJobs }: Resources): string =>
  JSON.stringify(
    [...cronJobs.values()].map(job => [job.projectId, job.name, job.schedule, job.timeZone, job.nextExecutionAt]),
  )
