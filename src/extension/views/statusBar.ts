import { type Disposable, l10n, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode'
import { commands } from '../contributions.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { statusText } from '../model/gatewayState.ts'

/** Shows connection, gateway state and sandbox; a click offers what can be done about it. */
export function createStatusBar(session: GatewaySession): Disposable {
  const item = window.createStatusBarItem('hks.gateway', StatusBarAlignment.Left)
  item.name = l10n.t('Hexabase HKS gateway')
  item.command = commands.gatewayMenu
  const render = (): void => {
    const { text, tooltip, spoken, severity } = statusText(session.state, session.resources.sandbox, l10n.t)
    item.text = text
    item.tooltip = new MarkdownString(tooltip)
    item.accessibilityInformation = { label: spoken, role: 'button' }
    item.backgroundColor = severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${severity}Background`)
  }
  let { sandbox } = session.resources
  const subscriptions = [
    session.onDidChangeState(render),
    session.onDidChangeResources(resources => {
      if (resources.sandbox === sandbox) return
      sandbox = resources.sandbox
      render()
    }),
  ]
  render()
  item.show()
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose()
      item.dispose()
    },
  }
}
