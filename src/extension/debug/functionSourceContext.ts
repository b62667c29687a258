import { type Disposable, type TextEditor, window, workspace } from 'vscode'
import { contextKeys } from '../contributions.ts'

/** Says, by a context key, whether the editor in front shows a file of a function: there F5 debugs the function. */
export function followFunctionSource(setContext: (key: string, value: unknown) => void): Disposable {
  let latest = 0
  const look = async (editor: TextEditor | undefined): Promise<void> => {
    const turn = (latest += 1)
    const isSource = await isFunctionSource(editor)
    if (turn === latest) setContext(contextKeys.functionSource, isSource)
  }
  const subscription = window.onDidChangeActiveTextEditor(editor => void look(editor))
  void look(window.activeTextEditor)
  return subscription
}

async function isFunctionSource(editor: TextEditor | undefined): Promise<boolean> {
  const uri = editor?.document.uri
  const top = uri && workspace.getWorkspaceFolder(uri)
  if (uri?.scheme !== 'file' || top === undefined) return false
  const { findFunctionFolder } = await import('../../scaffold/findFunctionFolder.ts')
  // A file that is being made or has gone has no place yet.
  return findFunctionFolder(uri.fsPath, top.uri.fsPath).then(
    folder => folder !== undefined,
    () => false,
  )
}
