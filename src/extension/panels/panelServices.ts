import type { Disposable, ExtensionContext, LogOutputChannel, WebviewPanel } from 'vscode'
import type { CommonEvents } from '../../contract/webviews.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import type { LogChannels } from '../logs/logChannels.ts'

/** What a page is about: a CronJob, or the project of one that is to be created. */
export interface PanelSubject {
  readonly cronJobId?: string
  readonly projectId?: string
  readonly executionId?: string
}

/** What panels work with. */
export interface PanelServices {
  readonly context: ExtensionContext
  readonly session: GatewaySession
  readonly logs: LogChannels
  readonly log: LogOutputChannel
}

/** A panel that is filled. */
export interface OpenPanel extends Disposable {
  /** What it is about now: a form becomes the editor of the CronJob that it created. */
  readonly subject: PanelSubject
  /** Passes on an event that every page hears. */
  tell<E extends keyof CommonEvents>(name: E, data: CommonEvents[E]): void
  /** Called when an open panel is asked for again. */
  show(subject: PanelSubject): void
}

/** Fills a panel with a page. */
export type FillPanel = (panel: WebviewPanel, subject: PanelSubject, services: PanelServices) => OpenPanel
