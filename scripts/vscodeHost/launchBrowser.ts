import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { run } from '../run.ts'
import type { VscodeHost } from './installVscodeHost.ts'

/** Starts the headless browser of a VS Code host. */
export async function launchBrowser(host: VscodeHost): Promise<Browser> {
  const executablePath = join(host.browser, 'chromium')
  return chromium.launch({
    executablePath,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Webviews stay in the page's process, so that one debugging session reaches their scripts.
      '--disable-site-isolation-trials',
      '--disable-features=IsolateOrigins,site-per-process',
    ],
    chromiumSandbox: false,
    env: { ...definedEnvironment(), ...(await missingParts(host, executablePath)) },
  })
}

/** What a bare machine lacks and the browser's package brings: libraries and fonts. */
async function missingParts({ browser }: VscodeHost, executablePath: string): Promise<Record<string, string>> {
  const libraries = await run('ldd', [executablePath])
  const hasFonts = await access('/etc/fonts/fonts.conf').then(
    () => true,
    () => false,
  )
  return {
    ...(libraries.includes('not found') ? { LD_LIBRARY_PATH: join(browser, 'al2023/lib') } : {}),
    ...(hasFonts ? {} : { FONTCONFIG_PATH: join(browser, 'fonts') }),
  }
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
