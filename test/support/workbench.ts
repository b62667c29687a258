import type { Locator, Page } from 'playwright-core'
import { dialog, type Dialog } from './workbench/dialog.ts'
import { notifications, type Notifications } from './workbench/notifications.ts'
import { output, type Output } from './workbench/output.ts'
import { quickInput, type QuickInput } from './workbench/quickInput.ts'
import { sideBarView, type SideBarView } from './workbench/sideBarView.ts'
import { plain } from './workbench/text.ts'
import { webview, type Webview } from './workbench/webview.ts'

/** What a user sees and does in a VS Code window; each part is found anew at every call. */
export interface Workbench {
  /** Runs a command by its full title in the palette, such as `Hexabase HKS: Create CronJob`. */
  readonly runCommand: (title: string) => Promise<void>
  /** The commands that the palette offers for a filter, in its order. */
  readonly commands: (filter: string) => Promise<string[]>
  /** Opens a view container by the title of its icon in the activity bar. */
  readonly openContainer: (title: string) => Promise<void>
  /** A tree view in the side bar, by its title. */
  readonly view: (title: string) => SideBarView
  /** The webview in the editor area that is in front, after the tab of that title was brought there. */
  readonly webview: (tab: string) => Promise<Webview>
  readonly quickInput: QuickInput
  readonly notifications: Notifications
  readonly output: Output
  /** The modal dialog that is open. */
  readonly dialog: Dialog
  /** The titles of the open editors, in their order. */
  readonly tabs: () => Promise<string[]>
  /** The visible text of the editor in front. */
  readonly editorText: () => Promise<string>
  /** The item of the status bar whose text or label matches. */
  readonly statusBarItem: (text: string | RegExp) => Locator
  /** Writes a picture of the window. */
  readonly screenshot: (path: string) => Promise<void>
}

/** The parts of the VS Code window in a page. */
export function workbench(page: Page): Workbench {
  const input = quickInput(page)
  return {
    runCommand: title => input.inPalette(`>${title}`, palette => palette.pick(title)),
    commands: async filter => {
      const found = await input.inPalette(`>${filter}`, palette => palette.items())
      await input.cancel()
      return found
    },
    openContainer: async title => {
      const tab = page.getByRole('tab', { name: title }).and(page.locator('.part.activitybar .action-item'))
      if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click()
    },
    view: title => sideBarView(page, title),
    webview: tab => webview(page, tab),
    quickInput: input,
    notifications: notifications(page),
    output: output(page, input),
    dialog: dialog(page),
    tabs: () => page.locator('.part.editor .tab .label-name').allInnerTexts(),
    editorText: async () => plain((await page.locator('.part.editor .active .view-line').allInnerTexts()).join('\n')),
    statusBarItem: text => page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }),
    screenshot: async path => {
      await page.screenshot({ path })
    },
  }
}
