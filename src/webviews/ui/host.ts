import { createMessenger, type Listeners, type Messenger, type Side } from '../../base/messenger.ts'
import { fromWebviewError, toWebviewError } from '../../contract/webviews.ts'

interface VsCodeApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

declare function acquireVsCodeApi(): VsCodeApi

/** A page's way to the extension host, and what it keeps across reloads of its frame. */
export interface Host<Protocol extends { readonly host: Side; readonly page: Side }, State> {
  readonly ask: Messenger<Protocol['host']>['request']
  readonly tell: Messenger<Protocol['host']>['emit']
  /** What the page kept last; undefined at the first start. */
  readonly kept: () => State | undefined
  readonly keep: (state: State) => void
}

/** Connects the page with its host. Called once in a document: VS Code hands out its interface only once. */
export function connectHost<Protocol extends { readonly host: Side; readonly page: Side }, State>(
  listeners: Listeners<Protocol['page']>,
): Host<Protocol, State> {
  const vscode = acquireVsCodeApi()
  const messenger = createMessenger<Protocol['page'], Protocol['host']>({
    post: message => vscode.postMessage(message),
    // No host asks a page anything yet.
    handlers: {} as never,
    listeners,
    encodeError: toWebviewError,
    decodeError: fromWebviewError,
  })
  window.addEventListener('message', event => messenger.receive(event.data))
  window.addEventListener('pagehide', () => messenger.dispose())
  return {
    ask: messenger.request,
    tell: messenger.emit,
    kept: () => vscode.getState() as State | undefined,
    keep: state => vscode.setState(state),
  }
}
