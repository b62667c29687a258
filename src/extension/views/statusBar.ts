import { type Disposable, l10n, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode'
import { commands } from '../contributions.ts'
import type { ChosenProject } from '../gatewayProcess/chosenProject.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { type ChosenPlace, statusText } from '../model/gatewayState.ts'

/** Shows where commands go, gateway state and sandbox; a click offers what can be done about it. */
export function createStatusBar(session: GatewaySession, chosenProject: ChosenProject): Disposable {
  const item = window.createStatusBarItem('hks.gateway', StatusBarAlignment.Left)
  item.name = l10n.t('Hexabase HKS gateway')
  item.command = commands.gatewayMenu
  const chosen = (): ChosenPlace | undefined => {
    const { project } = chosenProject
    const connection = project && session.resources.connections.get(project.connection)
    return project && connection && connection.kind !== 'local' ? { connection, project } : undefined
  }
  const render = (): void => {
    const { sandbox } = session.resources
    const { text, tooltip, spoken, severity } = statusText(session.state, sandbox, l10n.t, chosen())
    item.text = text
    item.tooltip = new MarkdownString(tooltip)
    item.accessibilityInformation = { label: spoken, role: 'button' }
    item.backgroundColor = severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${severity}Background`)
  }
  let { sandbox, connections, projects } = session.resources
  const subscriptions = [
    session.onDidChangeState(render),
    chosenProject.onDidChange(render),
    session.onDidChangeResources(now => {
      if (now.sandbox === sandbox && now.connections === connections && now.projects === projects) return
      ;({ sandbox, connections, projects } = now)
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
