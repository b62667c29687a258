import axe, { type AxeResults } from 'axe-core'
import type { Frame, FrameLocator, Page } from 'playwright-core'
import { exactly } from './text.ts'

/** The page of ours in an editor tab. */
export interface Webview {
  /** Where to look for its elements. */
  readonly content: FrameLocator
  /** For evaluation inside it. */
  readonly frame: Frame
  /** What axe-core finds against WCAG 2.2 A and AA, one line each; none when clean. */
  readonly accessibilityViolations: () => Promise<string[]>
}

/** Brings a tab to the front and answers the webview in it, once its content has loaded. */
export async function webview(page: Page, tab: string): Promise<Webview> {
  const title = page
    .locator('.part.editor .tab')
    .filter({ has: page.locator('.label-name', { hasText: exactly(tab) }) })
  await title.first().click()
  const outer = page.locator('iframe.webview.ready:visible').last()
  const content = outer.contentFrame().frameLocator('iframe#active-frame')
  await content.locator('body').waitFor()
  const handle = await outer.contentFrame().locator('iframe#active-frame').elementHandle()
  const frame = await handle?.contentFrame()
  if (!frame) throw new Error(`The webview in ${tab} has no content.`)
  return { content, frame, accessibilityViolations: () => violations(frame) }
}

/** The page's content policy blocks a script tag, not the debugger, which this goes through. */
async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe.source)
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const check = `axe.run(document, ${JSON.stringify({ runOnly: tags })})`
  const found = await frame.evaluate<AxeResults>(check)
  if (found.passes.length === 0) throw new Error('axe-core checked nothing: is the webview empty?')
  return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html).join(' ')}`)
}
