import type { Disposable, ExtensionContext, LogOutputChannel, WebviewPanel } from 'vscode'
import type { CommonEvents } from '../../contract/webviewCalls.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import type { InvokeErrand } from '../../contract/functionInvoke.ts'
import type { LogChannels } from '../logs/logChannels.ts'
import type { AnswerDocuments } from '../views/answerDocuments.ts'
import type { PreviewDocuments } from '../views/previewDocuments.ts'

/** What a page is about: a CronJob, the project of one that is to be created, a function, or a connection. */
export interface PanelSubject {
  readonly cronJobId?: string
  readonly projectId?: string
  readonly executionId?: string
  readonly functionId?: string
  readonly connectionId?: string
}

/** What panels work with. */
export interface PanelServices {
  readonly context: ExtensionContext
  readonly session: GatewaySession
  readonly logs: LogChannels
  readonly answers: AnswerDocuments
  readonly previews: PreviewDocuments
  readonly log: LogOutputChannel
}

/** A panel that is filled. */
export interface OpenPanel extends Disposable {
  /** What it is about now: a form becomes the editor of the CronJob that it created. */
  readonly subject: PanelSubject
  /** Passes on an event that every page hears. */
  tell<E extends keyof CommonEvents>(name: E, data: CommonEvents[E]): void
  /** Called when an open panel is asked for again. An errand is done once; a page that is restored does not repeat it. */
  show(subject: PanelSubject, errand?: InvokeErrand): void
}

/** Fills a panel with a page. */
export type FillPanel = (
  panel: WebviewPanel,
  subject: PanelSubject,
  services: PanelServices,
  errand?: InvokeErrand,
) => OpenPanel
