import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

import type { QuickInput } from './quickInput.ts'
import { containing, plain } from './text.ts'

/** The Output panel. */
export interface Output {
  /** Brings a channel to the front. */
  readonly show: (channel: string) => Promise<void>
  /** The name of the channel in front. */
  readonly channel: () => Promise<string>
  /** The lines that can be seen now; see `outputChannelText` for all. */
  readonly visibleText: () => Promise<string>
  /** Waits until a line that can be seen matches. */
  readonly waitFor: (text: string | RegExp) => Promise<void>
}

export function output(page: Page, input: QuickInput): Output {
  const panel = page.locator('.part.panel')
  const lines = panel.locator('.output-view .view-line')
  return {
    show: async channel => {
      const command = 'Output: Show Output Channels...'
      await input.inPalette(`>${command}`, palette => palette.pick(command))
      await input.pick(channel)
      await panel.locator('.output-view').waitFor()
    },
    channel: () => panel.locator('.title-actions select').inputValue(),
    visibleText: async () => plain((await lines.allInnerTexts()).join('\n')),
    waitFor: async text => {
      await lines
        .filter({ hasText: containing(text) })
        .first()
        .waitFor()
    },
  }
}

/** Everything an output channel holds, read from the file behind it below the home of a VS Code. */
export async function outputChannelText(home: string, channel: string): Promise<string> {
  const logs = join(home, 'user-data/logs')
  const files = await readdir(logs, { recursive: true })
  // VS Code leaves out of the file's name what no file system takes.
  const name = channel.replaceAll(/[\\/:*?"<>|]/g, '')
  const file = files.find(f => f.includes('output_logging_') && f.endsWith(`-${name}.log`))
  if (file === undefined) throw new Error(`There is no output channel ${channel}; there are: ${files.join(', ')}`)
  return readFile(join(logs, file), 'utf8')
}
