import { errors, type Locator, type Page } from 'playwright-core'

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
    const deadline = Date.now() + 60_000
    // A message fired while a webview has the focus is kept, not shown; the bell opens the centre, or closes it.
    for (;;) {
      const shown = found.waitFor({ timeout: 3_000 }).then(() => true, unlessTimeout)
      if (await shown) return found
      if (Date.now() > deadline)
        throw new Error(`There is no message ${text}; there are: ${await items.allInnerTexts()}`)
      await openCentre()
    }
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

function unlessTimeout(error: unknown): false {
  if (error instanceof errors.TimeoutError) return false
  throw error
}
