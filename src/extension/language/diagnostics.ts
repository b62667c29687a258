import {
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  type LogOutputChannel,
  Range,
  type TextDocument,
  workspace,
} from 'vscode'
import { type Faults, source } from '../views/faults.ts'
import type { PlacedProblem } from './fileProblems.ts'
import { isEdited, kindOf } from './openFiles.ts'

/** Milliseconds after the last keystroke at which a document is looked at. */
const settle = 300

const severities: Readonly<Record<PlacedProblem['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
}

/**
 * Underlines what is wrong in the open files that are ours, while they are edited, and anew when it changes where they go. A
 * look that fails is logged.
 */
export function underlineProblems(
  find: (document: TextDocument) => Promise<readonly PlacedProblem[]>,
  onTarget: (listener: () => void) => Disposable,
  faults: Faults,
  log: LogOutputChannel,
): Disposable {
  const collection = languages.createDiagnosticCollection('hks-files')
  const waiting = new Map<TextDocument, NodeJS.Timeout>()

  const forget = (document: TextDocument): void => {
    clearTimeout(waiting.get(document))
    waiting.delete(document)
  }
  async function look(document: TextDocument): Promise<void> {
    const { version } = document
    const problems = await find(document)
    if (document.isClosed || document.version !== version) return
    // An action that failed has found the first of these, too.
    if (problems.some(({ severity }) => severity === 'error')) faults.clear(document.uri.fsPath)
    collection.set(
      document.uri,
      problems.map(problem => diagnosticOf(document, problem)),
    )
  }
  const plan = (document: TextDocument, after: number): void => {
    forget(document)
    if (document.isClosed || !isEdited(document) || document.languageId !== 'yaml') return
    if (kindOf(document) === undefined) {
      collection.delete(document.uri)
      return
    }
    waiting.set(
      document,
      setTimeout(() => {
        waiting.delete(document)
        void look(document).catch((error: Error) => log.error(error))
      }, after),
    )
  }
  const planAll = (): void => {
    for (const document of workspace.textDocuments) plan(document, 0)
  }
  const subscriptions = [
    onTarget(planAll),
    workspace.onDidOpenTextDocument(document => plan(document, 0)),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return
      plan(document, settle)
      // What an action said of the file was true of what it was.
      if (document.languageId === 'yaml' && kindOf(document) !== undefined) faults.clear(document.uri.fsPath)
    }),
    workspace.onDidCloseTextDocument(document => {
      forget(document)
      collection.delete(document.uri)
    }),
  ]
  planAll()
  return {
    dispose: () => {
      for (const document of waiting.keys()) forget(document)
      for (const each of [...subscriptions, collection]) each.dispose()
    },
  }
}

function diagnosticOf(document: TextDocument, problem: PlacedProblem): Diagnostic {
  const range = new Range(document.positionAt(problem.start), document.positionAt(problem.end))
  const diagnostic = new Diagnostic(range, problem.message, severities[problem.severity])
  diagnostic.source = source
  diagnostic.code = problem.code
  return diagnostic
}
