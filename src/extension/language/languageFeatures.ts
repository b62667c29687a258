import type { CodeAction, CodeActionContext, CodeLens, Hover, Position, Range, TextDocument } from 'vscode'
import type { Services } from '../commands/command.ts'
import { codeLenses } from './codeLenses.ts'
import { fileProblems, type PlacedProblem } from './fileProblems.ts'
import { hoverAt } from './hovers.ts'
import { createInspections } from './inspections.ts'
import { quickFixes } from './quickFixes.ts'

/** What the editor shows in manifests and in `function.yaml`. */
export interface LanguageFeatures {
  lenses(document: TextDocument): CodeLens[]
  hover(document: TextDocument, position: Position): Hover | undefined
  problems(document: TextDocument): PlacedProblem[]
  fixes(document: TextDocument, range: Range, context: CodeActionContext): CodeAction[]
}

/** Makes the features; loading this file brings the readers of YAML and of schedules with it. */
export function createLanguageFeatures(
  known: Pick<Services, 'session' | 'openProjects' | 'chosenProject'>,
): LanguageFeatures {
  const inspect = createInspections()
  const problems = (document: TextDocument): PlacedProblem[] => fileProblems(inspect(document), Date.now())
  return {
    lenses: document => codeLenses(document, inspect(document), known),
    hover: (document, position) => hoverAt(document, position, inspect(document)),
    problems,
    fixes: (document, range, context) => quickFixes(document, range, inspect(document), problems(document), context),
  }
}
