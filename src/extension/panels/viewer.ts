import { env, workspace } from 'vscode'
import type { Viewer } from '../../contract/webviewCalls.ts'

/** What every page is told of the viewer. */
export const viewer = (): Viewer => ({
  viewerTimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  locale: env.language,
  trusted: workspace.isTrusted,
  now: new Date().toISOString(),
})
