import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { createMessenger, type Handlers, type Listeners, type Messenger } from '../../../src/base/messenger.ts'
import { webviewDocument } from '../../../src/contract/webviewDocument.ts'
import {
  fromWebviewError,
  toWebviewError,
  type WebviewName,
  type WebviewProtocols,
} from '../../../src/contract/webviews.ts'
import { installVscodeHost } from '../../../scripts/vscodeHost/installVscodeHost.ts'
import { launchBrowser } from '../../../scripts/vscodeHost/launchBrowser.ts'
import { collectPageCoverage } from '../../support/pageCoverage.ts'
import type { ThemeName } from './themes.ts'
import { themes } from './themes.ts'

const root = resolve(import.meta.dirname, '../../..')
const bundles = join(root, 'dist/webviews')

/** A browser for the tests of a file, and the server that hands it our bundles. */
export interface WebviewBrowser {
  readonly open: <N extends WebviewName>(options: WebviewOptions<N>) => Promise<OpenWebview<N>>
  readonly stop: () => Promise<void>
}

/** A page and the extension host that a test plays for it. */
export interface WebviewOptions<N extends WebviewName> {
  readonly name: N
  /** Answers the page's requests. */
  readonly handlers: Handlers<WebviewProtocols[N]['host']>
  /** Hears the page's events. */
  readonly listeners: Listeners<WebviewProtocols[N]['host']>
  readonly theme?: ThemeName
  readonly width?: number
  readonly height?: number
}

/** An open page. */
export interface OpenWebview<N extends WebviewName> {
  readonly page: Page
  /** Sends the page an event, as the extension host does. */
  readonly emit: Messenger<WebviewProtocols[N]['page']>['emit']
  /** Resolves when everything that the page has posted so far is here. */
  readonly delivered: () => Promise<void>
  /** What the page wrote to the console as an error, and what its policy refused. */
  readonly faults: readonly string[]
  readonly close: () => Promise<void>
}

/** Starts the packaged browser on the pages in `dist/`; build first. */
export async function startWebviewBrowser(): Promise<WebviewBrowser> {
  const host = await installVscodeHost(root, text => console.log(text))
  const server = await serveBundles()
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await launchBrowser(host)
  return {
    open: options => openWebview(browser, origin, options),
    stop: async () => {
      await browser.close()
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}

async function openWebview<N extends WebviewName>(
  browser: Browser,
  origin: string,
  options: WebviewOptions<N>,
): Promise<OpenWebview<N>> {
  const { name, theme = 'dark', width = 900, height = 900 } = options
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const saveCoverage = await collectPageCoverage(page)
  const faults: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', error => faults.push(String(error)))
  let toPage: Promise<unknown> = Promise.resolve()
  const messenger = createMessenger<WebviewProtocols[N]['host'], WebviewProtocols[N]['page']>({
    // Evaluations are queued, so that messages keep their order.
    post: message => {
      toPage = toPage.then(() => page.evaluate(data => window.postMessage(data, '*'), message)).catch(() => undefined)
    },
    handlers: options.handlers,
    listeners: options.listeners,
    encodeError: toWebviewError,
    decodeError: fromWebviewError,
  })
  await page.exposeFunction('hksPost', (message: unknown) => messenger.receive(message))
  await page.addInitScript(prepareDocument, themes[theme])
  await page.goto(`${origin}/${name}?theme=${theme}`)
  return {
    page,
    emit: messenger.emit,
    // What the page posts and the answer to an evaluation come on one connection, in order.
    delivered: async () => {
      await page.evaluate(() => undefined)
    },
    faults,
    close: async () => {
      messenger.dispose()
      await saveCoverage()
      await context.close()
    },
  }
}

/** What VS Code does in a webview before its script runs: theme variables, body class, its interface. */
function prepareDocument(theme: (typeof themes)[ThemeName]): void {
  const post = (globalThis as unknown as { hksPost: (message: unknown) => Promise<void> }).hksPost
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => void post(message),
      getState: () => (JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown) ?? undefined,
      setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
    }),
  })
  const dress = () => {
    for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value)
    document.body.className = theme.class
    document.body.dataset['vscodeThemeKind'] = theme.kind
  }
  new MutationObserver((_, observer) => {
    if (!document.body) return
    observer.disconnect()
    dress()
  }).observe(document, { childList: true, subtree: true })
}

/** Serves a document for each page, and below `/dist-path` the bundles at their own path, which coverage needs. */
async function serveBundles(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = decodeURIComponent(pathname)
    if (path.startsWith(`${bundles}/`)) {
      readFile(path).then(
        content => response.writeHead(200, { 'content-type': contentType(path) }).end(content),
        () => response.writeHead(404).end(),
      )
      return
    }
    const name = path.slice(1)
    if (!/^[a-zA-Z]+$/.test(name)) {
      response.writeHead(404).end()
      return
    }
    const at = `http://${request.headers.host ?? ''}${encodeURI(bundles)}`
    const html = webviewDocument({
      cspSource: `http://${request.headers.host ?? ''}`,
      nonce: randomUUID().replaceAll('-', ''),
      script: `${at}/${name}.js`,
      styles: [`${at}/codicon.css`, `${at}/${name}.css`],
      title: name,
      locale: 'en',
      texts: {},
    })
    response.writeHead(200, { 'content-type': 'text/html' }).end(html)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return server
}

function contentType(path: string): string {
  const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' }
  return types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
}

/** What axe-core finds against WCAG A and AA, one line each; none when clean. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Through the debugger: the page's policy blocks a script tag.
  await page.evaluate(axe.source)
  const { violations, passed } = await page.evaluate(async () => {
    const checker = (globalThis as unknown as { axe: typeof axe }).axe
    const result = await checker.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    return { violations: result.violations, passed: result.passes.length }
  })
  if (passed === 0) throw new Error('axe-core checked nothing: is the page empty?')
  return violations.map(
    v => `${v.id}: ${v.help}: ${v.nodes.map(n => `${n.html} ${n.failureSummary ?? ''}`).join('\n')}`,
  )
}
