import { errors, type Locator, type Page } from 'playwright-core'
import { exactly } from './text.ts'

/** A row of a tree, as a person reads it. */
export interface TreeRow {
  readonly label: string
  readonly description: string
  /** 1 for the first level. */
  readonly level: number
  /** Undefined when the row has no children. */
  readonly expanded: boolean | undefined
  /** What a screen reader says. */
  readonly spoken: string
}

/** A tree view in the side bar. */
export interface SideBarView {
  /** The visible rows from top to bottom. */
  readonly rows: () => Promise<TreeRow[]>
  /** The row of exactly that label; waits as every locator does. */
  readonly row: (label: string) => Locator
  readonly expand: (label: string) => Promise<void>
  readonly select: (label: string) => Promise<void>
  /** Presses the inline action of that title at a row. */
  readonly action: (label: string, title: string) => Promise<void>
  /** Takes an item of a row's context menu. */
  readonly menu: (label: string, item: string) => Promise<void>
  /** Presses the action of that title in the view's own title bar. */
  readonly titleAction: (title: string) => Promise<void>
  /** The text shown while the view is empty. */
  readonly welcome: Locator
}

export function sideBarView(page: Page, title: string): SideBarView {
  const header = page.locator(`.pane-header[aria-label^="${title} Section"], .pane-header[aria-label="${title}"]`)
  const pane = page.locator('.pane').filter({ has: header })
  const rows = pane.locator('.pane-body .monaco-list-row')
  const row = (label: string) => rows.filter({ has: page.locator('.label-name', { hasText: exactly(label) }) })
  return {
    rows: () => rows.evaluateAll(readRows),
    row,
    expand: async label => {
      if ((await row(label).getAttribute('aria-expanded')) !== 'true')
        await row(label).locator('.monaco-tl-twistie').click()
    },
    select: label => row(label).click(),
    action: async (label, action) => {
      await row(label).hover()
      await row(label).locator('.actions').getByRole('button', { name: action }).click()
    },
    menu: async (label, item) => {
      const menu = page.locator('.context-view .monaco-menu')
      const entry = menu.getByRole('menuitem', { name: item, exact: true })
      const deadline = Date.now() + menuMilliseconds
      const inTime = (): void => {
        if (Date.now() > deadline) throw new Error(`The menu of ${label} does not offer, or does not take, ${item}.`)
      }
      for (;;) {
        await row(label).click({ button: 'right' })
        // Rows move while a tree is drawn anew, and then the menu is that of another row.
        if (!(await settles(entry.waitFor({ timeout: 2_000 })))) await page.keyboard.press('Escape')
        else {
          let isTaken = false
          // A menu takes no click within the first moments after it appeared.
          while (await menu.isVisible()) {
            isTaken = await settles(entry.click({ timeout: 3_000 }))
            await settles(menu.waitFor({ state: 'hidden', timeout: 500 }))
            inTime()
          }
          if (isTaken) return
        }
        inTime()
      }
    },
    titleAction: async action => {
      await header.hover()
      await header.getByRole('button', { name: action }).click()
    },
    welcome: pane.locator('.welcome-view-content'),
  }
}

/** Time in which a menu must have been opened and its item taken. */
const menuMilliseconds = 30_000

/** Whether what is awaited came within its own time. */
async function settles(waited: Promise<void>): Promise<boolean> {
  try {
    await waited
    return true
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false
    throw error
  }
}

/** The little of the page's DOM that is read; the types of a browser are not for tests that run in Node. */
interface PageElement {
  readonly textContent: string | null
  readonly dataset: Readonly<Record<string, string>>
  readonly querySelector: (selector: string) => PageElement | null
  readonly getAttribute: (name: string) => string | null
}

/** Runs in the page. Rows are placed by their offset, not by their order in the document. */
function readRows(elements: PageElement[]): TreeRow[] {
  const text = (row: PageElement, selector: string) => row.querySelector(selector)?.textContent?.trim() ?? ''
  const expanded = (row: PageElement) => row.getAttribute('aria-expanded')
  return elements
    .toSorted((a, b) => Number(a.dataset['index']) - Number(b.dataset['index']))
    .map(row => ({
      label: text(row, '.label-name'),
      description: text(row, '.label-description'),
      level: Number(row.getAttribute('aria-level')),
      expanded: expanded(row) === null ? undefined : expanded(row) === 'true',
      spoken: row.getAttribute('aria-label') ?? '',
    }))
}
