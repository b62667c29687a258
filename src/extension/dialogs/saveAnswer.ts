import { l10n, Uri, window, workspace } from 'vscode'
import type { CallAnswer } from '../../contract/functionInvoke.ts'

/** Asks for a file and writes the bytes of an answer into it. Answers its path; nothing when the user thought better. */
export async function saveAnswer(name: string, answer: CallAnswer, bytes: Uint8Array): Promise<string | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri
  const file = `${name}-answer${extensionOf(answer.headers['content-type'])}`
  const uri = await window.showSaveDialog({
    title: l10n.t('Save the Answer of {0}', name),
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, file) }),
  })
  if (uri === undefined) return undefined
  await workspace.fs.writeFile(uri, bytes)
  return uri.fsPath
}

/** What a file with this content is usually called. */
function extensionOf(contentType = ''): string {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (/[/+]json$/.test(type)) return '.json'
  return extensions[type] ?? (type.startsWith('text/') ? '.txt' : '.bin')
}

const extensions: Readonly<Record<string, string>> = {
  'text/html': '.html',
  'text/csv': '.csv',
  'application/x-ndjson': '.ndjson',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/svg+xml': '.svg',
}
