import type { Page } from 'playwright-core'

/** A modal question. */
export interface Dialog {
  /** Message and detail of the dialog, once it is open. */
  readonly text: () => Promise<string>
  /** Presses the button of that name and waits until the dialog is gone. */
  readonly press: (button: string) => Promise<void>
}

export function dialog(page: Page): Dialog {
  const box = page.locator('.monaco-dialog-box')
  return {
    text: async () => (await box.locator('.dialog-message-container').innerText()).trim(),
    press: async button => {
      // The next question may be there as soon as this one is gone.
      const shown = await box.elementHandle({ timeout: 30_000 })
      await box.getByRole('button', { name: button, exact: true }).click()
      await shown.waitForElementState('hidden')
    },
  }
}
