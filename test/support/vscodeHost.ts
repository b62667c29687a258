import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { EventEmitter, once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { installVscodeHost } from '../../scripts/vscodeHost/installVscodeHost.ts'
import { launchBrowser } from '../../scripts/vscodeHost/launchBrowser.ts'
import { installExtension, quietSettings, startServer, writeSettings } from '../../scripts/vscodeHost/startServer.ts'
import { endGateway } from './endGateway.ts'
import { collectPageCoverage } from './pageCoverage.ts'

/** The repository's root. */
export const root = resolve(import.meta.dirname, '../..')

/** What a VS Code for a test is started with. */
export interface VscodeOptions {
  /** The folder, or the `.code-workspace` file, that is opened; left as it is. */
  readonly folder: string
  /** A packaged extension to install; see `packagedExtension`. */
  readonly vsix?: string
  /** The folder of an extension to load in development mode instead. */
  readonly extensionDevelopmentPath?: string
  /** A CommonJS module whose `run()` is called inside the extension host. Needs `extensionDevelopmentPath`. */
  readonly extensionTestsPath?: string
  /** `off` (default) trusts every folder; `on` starts in restricted mode, as VS Code does with an unknown folder. */
  readonly workspaceTrust?: 'on' | 'off'
  /** `on` (default) lets the test wait for the workbench and reports the end of `extensionTestsPath`. */
  readonly testDriver?: 'on' | 'off'
  /** User settings beyond the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The data folder of the gateway; whatever gateway runs in it is ended by `stop()`. Default: one of its own. */
  readonly hksHome?: string
  /** More environment of the extension host. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A running VS Code with its page open. */
export interface Vscode {
  readonly page: Page
  readonly url: string
  /** Holds all its data; removed by `stop()`. */
  readonly home: string
  readonly hksHome: string
  /** The end of `extensionTestsPath`: 0 when `run()` resolved. A crashed host may be reported as 0, too. */
  readonly testsEnded: Promise<number>
  /** What the console of the extension host and of the page said, for the report of a failure. */
  readonly consoleLines: readonly string[]
  /** Ends browser, server, extension host and gateway; resolves when none of them is left. */
  readonly stop: () => Promise<void>
}

/** Starts a VS Code of its own: fresh settings, extensions and data, nothing shared with another. */
export async function startVscode(options: VscodeOptions): Promise<Vscode> {
  const host = await installVscodeHost(root, text => console.log(text))
  const home = await mkdtemp(join(tmpdir(), 'hks-vscode-'))
  const hksHome = options.hksHome ?? join(home, 'hks')
  const owned: (() => Promise<unknown>)[] = [
    () => rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  ]
  const stop = async () => {
    for (let end = owned.pop(); end !== undefined; end = owned.pop()) await end()
  }
  try {
    await writeSettings(home, {
      ...quietSettings,
      'git.enabled': false,
      'workbench.reduceMotion': 'on',
      'workbench.editor.useModal': 'off',
      ...options.settings,
    })
    if (options.vsix !== undefined) await installExtension({ host, home }, options.vsix)
    const log = createWriteStream(join(home, 'server.log'))
    owned.push(
      () => keepServerLog(home),
      () => new Promise(ended => log.end(ended)),
    )
    owned.push(() => endGateway(hksHome))
    const hosts = extensionHosts()
    const server = await startServer({
      host,
      home,
      args: [
        ...(options.testDriver === 'off' ? [] : ['--enable-smoke-test-driver']),
        ...(options.workspaceTrust === 'on' ? [] : ['--disable-workspace-trust']),
        // An extension host ends by itself once its window has been gone for so many seconds.
        ...['--reconnection-grace-time', '1'],
      ],
      env: { HKS_HOME: hksHome, ...options.env },
      log: line => {
        log.write(`${line}\n`)
        hosts.read(line)
      },
    })
    owned.push(server.stop)
    const browser = await launchBrowser(host)
    owned.push(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    page.setDefaultTimeout(60_000)
    owned.push(await collectPageCoverage(page))
    const consoleLines: string[] = []
    page.on('console', message => consoleLines.push(message.text()))
    const testsEnded = Promise.withResolvers<number>()
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown) =>
      consoleLines.push(JSON.stringify(args)),
    )
    await page.exposeFunction('codeAutomationExit', (code: number) => testsEnded.resolve(code))
    const url = address(server.port, options)
    owned.push(async () => {
      await page.goto('about:blank')
      await hosts.ended()
    })
    await page.goto(url)
    await page.locator('.monaco-workbench .part.statusbar').waitFor()
    if (options.testDriver !== 'off') await page.evaluate('globalThis.driver?.whenWorkbenchRestored()')
    return { page, url, home, hksHome, testsEnded: testsEnded.promise, consoleLines, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Follows the extension hosts of a server in its log. */
function extensionHosts() {
  const running = new Set<string>()
  const changed = new EventEmitter()
  return {
    read: (line: string) => {
      const pid = /<(\d+)>/.exec(line)?.[1]
      if (pid === undefined) return
      if (line.includes('Launched Extension Host Process')) running.add(pid)
      if (line.includes('Extension Host Process exited') && running.delete(pid)) changed.emit('ended')
    },
    /** Resolves when none runs; one that hangs is left to the end of its server after 15 s. */
    ended: async () => {
      const signal = AbortSignal.timeout(15_000)
      while (running.size > 0 && !signal.aborted) await once(changed, 'ended', { signal }).catch(unlessAborted)
    },
  }
}

function unlessAborted(error: Error): void {
  if (error.name !== 'AbortError') throw error
}

function address(port: number, options: VscodeOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${path}`
  const payload = [
    ['skipWelcome', 'true'],
    ...(options.extensionDevelopmentPath
      ? [['extensionDevelopmentPath', remote(options.extensionDevelopmentPath)]]
      : []),
    ...(options.extensionTestsPath ? [['extensionTestsPath', remote(options.extensionTestsPath)]] : []),
  ]
  const kind = options.folder.endsWith('.code-workspace') ? 'workspace' : 'folder'
  return `http://127.0.0.1:${port}/?${kind}=${encodeURIComponent(options.folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`
}

/** The folder in which pictures and logs of the last runs are kept. */
export const artifacts = join(root, '.cache/vscode-tests')

async function keepServerLog(home: string): Promise<void> {
  await mkdir(artifacts, { recursive: true })
  await cp(join(home, 'server.log'), join(artifacts, 'last-server.log'))
}
