import { mkdir, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'

const root = resolve(import.meta.dirname, '../..')

/**
 * While coverage is measured (NODE_V8_COVERAGE), records what runs in our webviews of a page. The function answered
 * writes it in the format of Node.js, so that it is reported with the rest.
 */
export async function collectPageCoverage(page: Page): Promise<() => Promise<void>> {
  const folder = process.env['NODE_V8_COVERAGE']
  if (folder === undefined || folder === '') return async () => undefined
  await page.coverage.startJSCoverage({ resetOnNavigation: false })
  return async () => {
    const scripts = await page.coverage.stopJSCoverage()
    const ours = scripts.filter(script => script.url.includes('/dist/webviews/'))
    const result = ours.map(({ scriptId, url, functions }) => ({ scriptId, url: webviewUrl(url), functions }))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `coverage-page-${randomUUID()}.json`), JSON.stringify({ result }))
  }
}

/** Whoever serves it, VS Code or a test, a bundle's address ends with its path below the root. */
function webviewUrl(url: string): string {
  const path = decodeURIComponent(new URL(url).pathname)
  return pathToFileURL(join(root, path.slice(path.indexOf('/dist/webviews/')))).href
}
