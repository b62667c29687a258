import { setTimeout as delay } from 'node:timers/promises'
import { errors, type Locator, type Page } from 'playwright-core'
import { exactly } from './text.ts'

/** The palette, quick picks and input boxes at the top of the window. */
export interface QuickInput {
  /** Opens the palette, types into it and does something there: again, should the window close it in between. */
  readonly inPalette: <T>(text: string, act: (input: QuickInput) => Promise<T>) => Promise<T>
  /** Takes the item of exactly that label. */
  readonly pick: (label: string) => Promise<void>
  /** The labels of all items that are shown. */
  readonly items: () => Promise<string[]>
  /** The prompt or message below the field. */
  readonly message: Locator
  /** Waits for the input box with that prompt, fills and accepts it. */
  readonly answer: (prompt: string | RegExp, text: string) => Promise<void>
  readonly cancel: () => Promise<void>
}

export function quickInput(page: Page, timeout = 60_000): QuickInput {
  const widget = page.locator('.quick-input-widget:not([inert])')
  const field = widget.locator('.quick-input-filter input')
  const rows = widget.locator('.quick-input-list .monaco-list-row')
  const message = widget.locator('.quick-input-message')
  const label = '.quick-input-list-label .label-name'
  const row = (text: string) => rows.filter({ has: page.locator(label, { hasText: exactly(text) }) })
  return {
    inPalette: async (text, act) => {
      const deadline = Date.now() + timeout
      for (;;) {
        try {
          await page.keyboard.press('F1')
          await field.fill(text, { timeout: 3_000 })
          return await act(quickInput(page, 3_000))
        } catch (error) {
          if (!(error instanceof errors.TimeoutError) || Date.now() > deadline) throw error
        }
      }
    },
    pick: text => row(text).first().click({ timeout }),
    items: async () => {
      await rows.first().waitFor({ timeout })
      return rows.locator(label).allInnerTexts()
    },
    message,
    answer: async (prompt, text) => {
      await message.filter({ hasText: prompt }).waitFor({ timeout })
      await field.fill(text, { timeout })
      await field.press('Enter', { timeout })
    },
    cancel: async () => {
      // A toast that is shown takes the first Escape for itself.
      const deadline = Date.now() + timeout
      while (await widget.isVisible()) {
        if (Date.now() > deadline) throw new Error('The quick input stays open.')
        await page.keyboard.press('Escape')
        await delay(100)
      }
    },
  }
}
