import { join } from 'node:path'
import { commands, extensions, l10n, window } from 'vscode'

/** The extension that debugs Python. */
const id = 'ms-python.debugpy'

/** What that extension says to others. */
interface PythonDebuggerApi {
  readonly debug?: { getDebuggerPackagePath?(): Promise<string | undefined> }
}

/** The folder of the package debugpy that the extension for Python brings with it. */
export async function debugpyFolder(): Promise<string | undefined> {
  const extension = extensions.getExtension<PythonDebuggerApi | undefined>(id)
  if (extension === undefined) return undefined
  const api = await extension.activate()
  return (await api?.debug?.getDebuggerPackagePath?.()) ?? join(extension.extensionPath, 'bundled/libs/debugpy')
}

/** Whether Python can be debugged; else says what is missing, and offers to install it. */
export async function offerPythonDebugger(): Promise<boolean> {
  if (extensions.getExtension(id) !== undefined) return true
  const install = l10n.t('Install')
  const text = l10n.t('To debug functions in Python the extension "Python Debugger" ({0}) is needed.', id)
  if ((await window.showErrorMessage(text, install)) !== install) return false
  await commands.executeCommand('workbench.extensions.installExtension', id)
  return extensions.getExtension(id) !== undefined
}
