import type { Locator, Page } from 'playwright-core'

/** Messages at the lower right, shown or kept in the notification centre. */
export interface Notifications {
  /** Waits for a message that matches, opening the centre when it is not shown, and answers its text. */
  readonly waitFor: (text: string | RegExp) => Promise<string>
  /** Presses a button of the message that matches. */
  readonly press: (text: string | RegExp, button: string) => Promise<void>
  /** Every message that is shown or kept. */
  readonly all: () => Promise<string[]>
  readonly clear: () => Promise<void>
}

export function notifications(page: Page): Notifications {
  const items = page.locator(
    '.notifications-toasts .notification-list-item, .notifications-center .notification-list-item',
  )
  const message = '.notification-list-item-message'
  const matching = (text: string | RegExp) => items.filter({ has: page.locator(message, { hasText: text }) }).first()
  const centre = page.locator('.notifications-center.visible')
  const openCentre = async () => {
    if (!(await centre.isVisible())) await page.locator('#status\\.notifications a').click()
  }
  const find = async (text: string | RegExp): Promise<Locator> => {
    const found = matching(text)
    // A message fired while a webview has the focus is kept, not shown: its bell shows that it is there.
    const bell = page.locator(
      '#status\\.notifications .codicon-bell-dot, #status\\.notifications .codicon-bell-slash-dot',
    )
    await found.or(bell).first().waitFor()
    if (!(await found.isVisible())) await openCentre()
    await found.waitFor()
    return found
  }
  return {
    waitFor: async text => (await find(text)).locator(message).innerText(),
    press: async (text, button) => {
      const found = await find(text)
      await found.hover()
      await found.getByRole('button', { name: button, exact: true }).click()
    },
    all: async () => {
      await openCentre()
      return items.locator(message).allInnerTexts()
    },
    clear: async () => {
      await openCentre()
      const clearAll = centre.locator('.codicon-notifications-clear-all')
      if (await clearAll.isVisible()) await clearAll.click()
    },
  }
}
