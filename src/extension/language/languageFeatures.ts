import type { CodeAction, CodeActionContext, CodeLens, Hover, Position, Range, TextDocument } from 'vscode'
import type { Services } from '../commands/command.ts'
import { clusterProject, meantProject } from '../commands/manifestCronJobs.ts'
import { codeLenses } from './codeLenses.ts'
import { fileProblems, type PlacedProblem } from './fileProblems.ts'
import { hoverAt } from './hovers.ts'
import { createInspections, type Inspection } from './inspections.ts'
import { quickFixes } from './quickFixes.ts'

/** What the editor shows in manifests and in `function.yaml`. */
export interface LanguageFeatures {
  lenses(document: TextDocument): CodeLens[]
  hover(document: TextDocument, position: Position): Hover | undefined
  problems(document: TextDocument): readonly PlacedProblem[]
  fixes(document: TextDocument, range: Range, context: CodeActionContext): CodeAction[]
}

/** Makes the features; loading this file brings the readers of YAML and of schedules with it. */
export function createLanguageFeatures(
  known: Pick<Services, 'session' | 'openProjects' | 'chosenProject'>,
): LanguageFeatures {
  const inspect = createInspections()
  const all = createProblems(inspect)
  const problems = (document: TextDocument): readonly PlacedProblem[] => {
    const projectId = meantProject(known, document.uri.fsPath)
    const inCluster = projectId !== undefined && clusterProject(known, projectId) !== undefined
    return inCluster ? all(document).filter(({ onlyLocal }) => onlyLocal === undefined) : all(document)
  }
  return {
    lenses: document => codeLenses(document, inspect(document), known),
    hover: (document, position) => hoverAt(document, position, inspect(document)),
    problems,
    fixes: (document, range, context) => quickFixes(document, range, inspect(document), problems(document), context),
  }
}

/** Milliseconds for which the problems of a text hold: they look a year ahead. */
const holdsFor = 3_600_000

/** The problems of documents. They are asked for at each move of the cursor, and cost milliseconds for each schedule. */
function createProblems(
  inspect: (document: TextDocument) => Inspection,
): (document: TextDocument) => readonly PlacedProblem[] {
  const known = new WeakMap<Inspection, { readonly until: number; readonly problems: readonly PlacedProblem[] }>()
  return document => {
    const inspection = inspect(document)
    const now = Date.now()
    const before = known.get(inspection)
    if (before !== undefined && now < before.until) return before.problems
    const problems = fileProblems(inspection, now)
    known.set(inspection, { until: now + holdsFor, problems })
    return problems
  }
}
