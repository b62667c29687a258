import { env, l10n } from 'vscode'
import type { OpenProjects } from '../gatewayProcess/openProjects.ts'
import type { LogChannels } from '../logs/logChannels.ts'
import type { RenderOptions } from '../model/treeNode.ts'

/** How rows are rendered now, for this viewer. */
export const renderOptions = (openProjects: OpenProjects, logs: LogChannels): RenderOptions => ({
  t: l10n.t,
  now: Date.now(),
  locale: env.language,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  openProjects: openProjects.ids,
  followed: new Set(logs.following.map(resource => resource.id)),
})
