import {
  CodeAction,
  type CodeActionContext,
  CodeActionKind,
  l10n,
  Range,
  type TextDocument,
  WorkspaceEdit,
} from 'vscode'
import { zoneInsertion } from '../model/zoneInsertion.ts'
import type { PlacedProblem } from './fileProblems.ts'
import { viewer } from './hovers.ts'
import type { Inspection } from './inspections.ts'

/** What can be mended at a place, and the time zone that its schedule lacks. */
export function quickFixes(
  document: TextDocument,
  range: Range,
  { schedules }: Inspection,
  problems: readonly PlacedProblem[],
  context: CodeActionContext,
): CodeAction[] {
  const rangeOf = (start: number, end: number): Range => new Range(document.positionAt(start), document.positionAt(end))
  const touches = (place: { readonly start: number; readonly end: number }): boolean =>
    rangeOf(place.start, place.end).intersection(range) !== undefined
  const fixes = problems.filter(touches).flatMap(({ message, fix }) => {
    if (fix === undefined) return []
    const action = new CodeAction(fix.title, CodeActionKind.QuickFix)
    action.edit = replacing(document, rangeOf(fix.start, fix.end), fix.text)
    action.diagnostics = context.diagnostics.filter(diagnostic => diagnostic.message === message)
    action.isPreferred = true
    return [action]
  })
  const zones = schedules
    .filter(
      ({ entry, hasTimeZone, schedule }) => !hasTimeZone && !schedule.value.startsWith('@every') && touches(entry),
    )
    .map(({ entry }) => {
      const { timeZone } = viewer()
      const action = new CodeAction(l10n.t('Add timeZone: {0}', timeZone), CodeActionKind.RefactorRewrite)
      const { at, text } = zoneInsertion(document.getText(), entry, timeZone)
      action.edit = replacing(document, rangeOf(at, at), text)
      return action
    })
  return [...fixes, ...zones]
}

function replacing(document: TextDocument, range: Range, text: string): WorkspaceEdit {
  const edit = new WorkspaceEdit()
  edit.replace(document.uri, range, text)
  return edit
}
