import { type Diagnostic, DiagnosticSeverity, type Disposable, languages, Range, Uri } from 'vscode'
import { HksError } from '../../contract/errors.ts'

/** Marks the place in a file that an error names, in the editor and in the Problems view. */
export interface Faults extends Disposable {
  /** Marks the place of an error that has one; other errors are left alone. */
  mark(error: unknown): void
  /** Takes the marks of a file, or of all files in a folder, away. */
  clear(path: string): void
}

/** Who says it, in the Problems view. */
export const source = 'Hexabase HKS'

const isSaid = (known: Diagnostic, row: number): boolean =>
  known.source === source && known.severity === DiagnosticSeverity.Error && known.range.start.line === row

/** Makes the collection that holds our marks. */
export function createFaults(): Faults {
  const collection = languages.createDiagnosticCollection('hks')
  return {
    mark: error => {
      const { file, line, column } = error instanceof HksError ? (error.details ?? {}) : {}
      if (typeof file !== 'string' || !(error instanceof HksError)) return
      const row = typeof line === 'number' ? Math.max(0, line - 1) : 0
      const start = typeof column === 'number' ? Math.max(0, column - 1) : 0
      // What is underlined while the file is edited is not said twice.
      if (languages.getDiagnostics(Uri.file(file)).some(known => isSaid(known, row))) return
      const diagnostic: Diagnostic = {
        range: new Range(row, start, row, Number.MAX_SAFE_INTEGER),
        message: [error.message, error.hint].filter(Boolean).join('\n'),
        severity: DiagnosticSeverity.Error,
        source,
        code: error.code,
      }
      collection.set(Uri.file(file), [diagnostic])
    },
    clear: path => {
      collection.forEach(uri => {
        if (uri.fsPath === path || uri.fsPath.startsWith(`${path}/`) || uri.fsPath.startsWith(`${path}\\`))
          collection.delete(uri)
      })
    },
    dispose: () => collection.dispose(),
  }
}
