import assert from 'node:assert/strict'
import type { WebviewName } from '../../../src/contract/webviews.ts'
import { ensureBuilt } from '../../support/ensureBuilt.ts'
import { type OpenWebview, startWebviewBrowser, type WebviewBrowser, type WebviewOptions } from './openWebview.ts'

/** Opens one page in a test of the suite. */
export type OpenPage<N extends WebviewName> = (options: Omit<WebviewOptions<N>, 'name'>) => Promise<OpenWebview<N>>

/** One browser for the suite that calls this. A test's page is closed after it, and fails it when it reported an error. */
export function pagesOfSuite<N extends WebviewName>(name: N): OpenPage<N> {
  let browser: WebviewBrowser
  let open: OpenWebview<N>

  before(async () => {
    await ensureBuilt()
    browser = await startWebviewBrowser()
  })
  after(() => browser?.stop())
  afterEach(async () => {
    const { faults } = open
    await open.close()
    assert.deepEqual(faults, [], 'the page reported errors')
  })
  return async options => {
    open = await browser.open({ name, ...options })
    return open
  }
}
