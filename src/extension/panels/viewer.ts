import { env, workspace } from 'vscode'
import type { ExecutionHistoryInit } from '../../contract/webviews.ts'

/** What every page is told of the viewer. */
export const viewer = (): Pick<ExecutionHistoryInit, 'viewerTimeZone' | 'locale' | 'trusted' | 'now'> => ({
  viewerTimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  locale: env.language,
  trusted: workspace.isTrusted,
  now: new Date().toISOString(),
})
