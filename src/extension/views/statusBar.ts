import { type Disposable, l10n, StatusBarAlignment, ThemeColor, window } from 'vscode'
import { commands } from '../contributions.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { statusText } from '../model/gatewayState.ts'

/** Shows connection and gateway state; a click offers what can be done about it. */
export function createStatusBar(session: GatewaySession): Disposable {
  const item = window.createStatusBarItem('hks.gateway', StatusBarAlignment.Left)
  item.name = l10n.t('Hexabase HKS gateway')
  item.command = commands.gatewayMenu
  const render = (): void => {
    const { text, tooltip, spoken, severity } = statusText(session.state, l10n.t)
    item.text = text
    item.tooltip = tooltip
    item.accessibilityInformation = { label: spoken, role: 'button' }
    item.backgroundColor = severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${severity}Background`)
  }
  const subscription = session.onDidChangeState(render)
  render()
  item.show()
  return {
    dispose: () => {
      subscription.dispose()
      item.dispose()
    },
  }
}
