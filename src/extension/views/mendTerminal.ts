import { Disposable, l10n, type Terminal, ThemeIcon, window } from 'vscode'

/** A shell that tells nothing of itself is taken to be ready after so many milliseconds. */
const silentShellMs = 2000

/**
 * Opens a terminal with a command typed into it, which only the user runs. `onRun` is told when the first command there
 * has ended; of shells without VS Code's integration that is not known. Ends with the terminal.
 */
export function openMendTerminal(command: string, onRun: () => void): Disposable {
  const terminal = window.createTerminal({ name: l10n.t('HKS: mend the sandbox'), iconPath: new ThemeIcon('lock') })
  const isOurs = (event: { readonly terminal: Terminal }): boolean => event.terminal === terminal
  let isTyped = false
  // A shell that is still starting would show it twice.
  const type = (): void => {
    if (!isTyped) terminal.sendText(command, false)
    isTyped = true
  }
  const timer = setTimeout(type, silentShellMs)
  const listening = Disposable.from(
    window.onDidChangeTerminalShellIntegration(event => {
      if (isOurs(event)) type()
    }),
    window.onDidEndTerminalShellExecution(event => {
      if (!isOurs(event) || !isTyped) return
      listening.dispose()
      onRun()
    }),
    window.onDidCloseTerminal(closed => {
      if (closed === terminal) listening.dispose()
    }),
    { dispose: () => clearTimeout(timer) },
  )
  terminal.show()
  return listening
}
