import { randomBytes } from 'node:crypto'
import { type Disposable, env, l10n, Uri, type WebviewPanel } from 'vscode'
import { createMessenger, type Handlers, type Listeners, type Messenger } from '../../base/messenger.ts'
import { webviewDocument } from '../../contract/webviewDocument.ts'
import { fromWebviewError, toWebviewError, type WebviewName, type WebviewProtocols } from '../../contract/webviews.ts'

/** The host's end of a page. */
export interface WebviewHost<N extends WebviewName> extends Disposable {
  readonly emit: Messenger<WebviewProtocols[N]['page']>['emit']
}

/** What a page gets from its host. */
export interface WebviewHostOptions<N extends WebviewName> {
  readonly name: N
  readonly extensionUri: Uri
  readonly title: string
  readonly handlers: Handlers<WebviewProtocols[N]['host']>
  readonly listeners: Listeners<WebviewProtocols[N]['host']>
}

/** Fills a panel with a page and answers its messages until the panel closes. */
export function hostWebview<N extends WebviewName>(
  panel: WebviewPanel,
  { name, extensionUri, title, handlers, listeners }: WebviewHostOptions<N>,
): WebviewHost<N> {
  const folder = Uri.joinPath(extensionUri, 'dist', 'webviews')
  const address = (file: string): string => panel.webview.asWebviewUri(Uri.joinPath(folder, file)).toString()
  const messenger = createMessenger<WebviewProtocols[N]['host'], WebviewProtocols[N]['page']>({
    post: message => void panel.webview.postMessage(message),
    handlers,
    listeners,
    encodeError: toWebviewError,
    decodeError: error => fromWebviewError(error),
  })
  const received = panel.webview.onDidReceiveMessage(message => messenger.receive(message))
  panel.webview.options = { enableScripts: true, localResourceRoots: [folder] }
  panel.webview.html = webviewDocument({
    cspSource: panel.webview.cspSource,
    nonce: randomBytes(18).toString('hex'),
    script: address(`${name}.js`),
    styles: [address('codicon.css'), address(`${name}.css`)],
    title,
    locale: env.language,
    texts: l10nTexts(),
  })
  return {
    emit: messenger.emit,
    dispose: () => {
      received.dispose()
      messenger.dispose()
    },
  }
}

/** Translations of the user's language, keyed by the English text; none in English. */
function l10nTexts(): Readonly<Record<string, string>> {
  const bundle = l10n.bundle ?? {}
  return Object.fromEntries(
    Object.entries(bundle).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
