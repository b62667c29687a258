import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit'

/**
 * Registers the toolkit's elements that our pages use, as `hks-button` and so on. This is the only file that imports
 * the toolkit. Fields whose hints and errors belong to them by id are native ones: an id does not cross a shadow root.
 */
export function registerToolkit(): void {
  const prefix = 'hks'
  provideVSCodeDesignSystem().register(
    vsCodeBadge({ prefix }),
    vsCodeButton({ prefix }),
    vsCodeCheckbox({ prefix }),
    vsCodeProgressRing({ prefix }),
  )
}
