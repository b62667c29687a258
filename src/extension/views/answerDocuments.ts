import { type Disposable, EventEmitter, languages, Uri, ViewColumn, window, workspace } from 'vscode'
import type { AnswerDocument } from '../model/answerDocument.ts'

/** Shows what functions answered, in one read-only document per function beside the editor. */
export interface AnswerDocuments extends Disposable {
  show(functionId: string, name: string, answer: AnswerDocument): Promise<void>
}

const scheme = 'hks-answer'
const languageIds: Readonly<Record<AnswerDocument['language'], string>> = {
  json: 'jsonc',
  html: 'html',
  plaintext: 'plaintext',
}

/** Registers the documents. */
export function createAnswerDocuments(): AnswerDocuments {
  const changed = new EventEmitter<Uri>()
  const texts = new Map<string, string>()
  const registration = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: uri => texts.get(uri.query) ?? '',
  })
  const forget = workspace.onDidCloseTextDocument(document => {
    if (document.uri.scheme === scheme) texts.delete(document.uri.query)
  })
  return {
    show: async (functionId, name, answer) => {
      const uri = Uri.from({ scheme, path: `/${name} answer`, query: functionId })
      texts.set(functionId, `${comment(answer)}\n${answer.text}`)
      changed.fire(uri)
      const document = await workspace.openTextDocument(uri)
      const shown = await languages.setTextDocumentLanguage(document, languageIds[answer.language])
      await window.showTextDocument(shown, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true })
    },
    dispose: () => {
      registration.dispose()
      forget.dispose()
      changed.dispose()
    },
  }
}

/** The line about an answer, as a comment where its language has one. */
function comment({ language, summary }: AnswerDocument): string {
  if (language === 'json') return `// ${summary}`
  return language === 'html' ? `<!-- ${summary} -->` : summary
}
