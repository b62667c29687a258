import { type Disposable, l10n, ThemeIcon, ViewColumn, type WebviewPanel, window, workspace } from 'vscode'
import type { Connection } from '../../contract/connections.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { InvokeErrand } from '../../contract/functionInvoke.ts'
import type { Function } from '../../contract/functions.ts'
import type { CommonEvents } from '../../contract/webviewCalls.ts'
import type { WebviewName } from '../../contract/webviews.ts'
import { memory, panels as types } from '../contributions.ts'
import type { GatewayState } from '../model/gatewayState.ts'
import { connectionSettingsTitle, fillConnectionSettings } from './connectionSettingsPanel.ts'
import { executionHistoryTitle, fillExecutionHistory } from './executionHistoryPanel.ts'
import { fillFunctionInvoke, functionInvokeTitle } from './functionInvokePanel.ts'
import type { FillPanel, OpenPanel, PanelServices, PanelSubject } from './panelServices.ts'
import { fillScheduleEditor, scheduleEditorTitle } from './scheduleEditorPanel.ts'

/** The webview panels: one per CronJob, function or connection and page, restored after a reload of the window. */
export interface Panels extends Disposable {
  /** Opens the form of a new CronJob; without a project it only explains schedules. */
  createCronJob(projectId: string | undefined): void
  editCronJob(job: CronJob): void
  /** Opens the history, at a run when one is named. */
  showHistory(job: CronJob, executionId?: string): void
  /** Opens the page that calls a function, and does there what the errand says. */
  invoke(fn: Function, errand?: InvokeErrand): void
  connectionSettings(connection: Connection): void
}

const pages: Readonly<Record<WebviewName, FillPanel>> = {
  scheduleEditor: fillScheduleEditor,
  executionHistory: fillExecutionHistory,
  functionInvoke: fillFunctionInvoke,
  connectionSettings: fillConnectionSettings,
}

const icons: Readonly<Record<WebviewName, string>> = {
  scheduleEditor: 'calendar',
  executionHistory: 'history',
  functionInvoke: 'symbol-function',
  connectionSettings: 'gear',
}

/** Registers the restoring of panels; a panel is made when it is first asked for. */
export function createPanels(services: PanelServices): Panels {
  const { context, session } = services
  const shown = new Map<WebviewPanel, { readonly name: WebviewName; readonly page: OpenPanel }>()
  const keyOf = (name: WebviewName, subject: PanelSubject): string =>
    `${name}:${subject.connectionId ?? subject.functionId ?? subject.cronJobId ?? `new:${subject.projectId ?? ''}`}`

  const fill = (name: WebviewName, panel: WebviewPanel, subject: PanelSubject, errand?: InvokeErrand): void => {
    panel.iconPath = new ThemeIcon(icons[name])
    const page = pages[name](panel, subject, services, errand)
    shown.set(panel, { name, page })
    panel.onDidDispose(() => {
      shown.delete(panel)
      page.dispose()
    })
  }
  const show = (name: WebviewName, title: string, subject: PanelSubject, errand?: InvokeErrand): void => {
    for (const [panel, { name: shownName, page }] of shown) {
      if (keyOf(shownName, page.subject) !== keyOf(name, subject)) continue
      panel.reveal()
      page.show(subject, errand)
      return
    }
    const options = { enableFindWidget: true, retainContextWhenHidden: false }
    fill(name, window.createWebviewPanel(types[name], title, ViewColumn.Active, options), subject, errand)
    void context.workspaceState.update(memory.panel + title, subject)
  }

  const tell = <E extends keyof CommonEvents>(name: E, data: CommonEvents[E]): void => {
    for (const { page } of shown.values()) page.tell(name, data)
  }
  const restore = (name: WebviewName): Disposable =>
    window.registerWebviewPanelSerializer(types[name], {
      deserializeWebviewPanel: async (panel, state) => {
        const remembered = context.workspaceState.get<PanelSubject>(memory.panel + panel.title.replace(/^● /, ''))
        const subject = subjectIn(state) ?? remembered
        if (subject === undefined) panel.dispose()
        else fill(name, panel, withoutRun(subject))
      },
    })
  const subscriptions = [
    restore('scheduleEditor'),
    restore('executionHistory'),
    restore('functionInvoke'),
    restore('connectionSettings'),
    session.onDidChangeState(state => tell('connection', connectionOf(state))),
    workspace.onDidGrantWorkspaceTrust(() => tell('trust', { trusted: true })),
  ]

  return {
    createCronJob: projectId =>
      show('scheduleEditor', scheduleEditorTitle(undefined), projectId === undefined ? {} : { projectId }),
    editCronJob: job => show('scheduleEditor', scheduleEditorTitle(job.name), { cronJobId: job.id }),
    showHistory: (job, executionId) => {
      const run = executionId === undefined ? {} : { executionId }
      show('executionHistory', executionHistoryTitle(job.name), { cronJobId: job.id, ...run })
    },
    invoke: (fn, errand) => show('functionInvoke', functionInvokeTitle(fn.name), { functionId: fn.id }, errand),
    connectionSettings: ({ id, name }) =>
      show('connectionSettings', connectionSettingsTitle(name), { connectionId: id }),
    // The panels stay: VS Code restores them after a reload of the window.
    dispose: () => {
      for (const { page } of shown.values()) page.dispose()
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
}

function connectionOf(state: GatewayState): CommonEvents['connection'] {
  switch (state.kind) {
    case 'ready':
      return { connected: true }
    case 'error':
    case 'reconnecting':
      return { connected: false, message: state.error.message }
    case 'stopped':
      return { connected: false, message: l10n.t('The gateway is stopped. {0}', state.reason).trim() }
    case 'idle':
    case 'starting':
      return { connected: false }
  }
}

/** A page that is restored shows what the user had selected last, not the run that it was opened for. */
function withoutRun({ executionId: _, ...subject }: PanelSubject): PanelSubject {
  return subject
}

/** What a page's own state says it is about. */
function subjectIn(state: unknown): PanelSubject | undefined {
  const { jobId, functionId, connectionId } = (state ?? {}) as Record<string, unknown>
  if (typeof connectionId === 'string') return { connectionId }
  if (typeof functionId === 'string') return { functionId }
  return typeof jobId === 'string' ? { cronJobId: jobId } : undefined
}
