import { env, l10n, workspace } from 'vscode'
import type { ChosenProject } from '../gatewayProcess/chosenProject.ts'
import type { OpenProjects } from '../gatewayProcess/openProjects.ts'
import type { HotReloads } from '../hotReload/hotReloads.ts'
import type { LogChannels } from '../logs/logChannels.ts'
import type { RenderOptions } from '../model/treeNode.ts'

/** What a window itself knows that rows show. */
export interface WindowState {
  readonly openProjects: OpenProjects
  readonly chosenProject: ChosenProject
  readonly logs: LogChannels
  readonly hotReloads: HotReloads
}

/** How rows are rendered now, for this viewer. */
export const renderOptions = ({ openProjects, chosenProject, logs, hotReloads }: WindowState): RenderOptions => ({
  t: l10n.t,
  now: Date.now(),
  locale: env.language,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  openProjects: openProjects.ids,
  chosenProject: chosenProject.id,
  followed: new Set(logs.following.map(resource => resource.id)),
  reloaded: new Map(
    [...hotReloads.functions].map(([id, { fn, refusedAt }]) => [
      id,
      { path: workspace.asRelativePath(fn.place.path), refusedAt },
    ]),
  ),
})
