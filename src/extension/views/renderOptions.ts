import { env, l10n } from 'vscode'
import type { OpenProjects } from '../gatewayProcess/openProjects.ts'
import type { RenderOptions } from '../model/treeNode.ts'

/** How rows are rendered now, for this viewer. */
export const renderOptions = (openProjects: OpenProjects): RenderOptions => ({
  t: l10n.t,
  now: Date.now(),
  locale: env.language,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  openProjects: openProjects.ids,
})
