import { env, Hover, l10n, MarkdownString, type Position, Range, type TextDocument } from 'vscode'
import type { TextRange } from '../../scaffold/yamlPlaces.ts'
import { scheduleHover } from '../model/scheduleHover.ts'
import type { ScheduleProblem } from '../model/scheduleProblems.ts'
import type { Viewer } from '../model/writtenSchedule.ts'
import { placed } from './fileProblems.ts'
import { type Inspection, writtenSchedule } from './inspections.ts'
import { isEdited } from './openFiles.ts'

/** How schedules are shown now, to this viewer. */
export const viewer = (): Viewer => ({
  t: l10n.t,
  now: Date.now(),
  locale: env.language,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
})

/** What the schedule or time zone at a place means; nothing elsewhere. */
export function hoverAt(document: TextDocument, position: Position, { schedules }: Inspection): Hover | undefined {
  const offset = document.offsetAt(position)
  const holds = (place: TextRange | undefined): boolean =>
    place !== undefined && place.start <= offset && offset <= place.end
  for (const schedule of schedules) {
    const entry = [schedule.entry, schedule.timeZone?.entry].find(holds)
    if (entry === undefined) continue
    // The editor itself shows what is underlined where the mouse rests.
    const isTold = (problem: ScheduleProblem): boolean => isEdited(document) && holds(placed(problem, schedule))
    const words = scheduleHover(writtenSchedule(schedule), viewer(), isTold)
    if (words === '') continue
    return new Hover(
      new MarkdownString(words, true),
      new Range(document.positionAt(entry.start), document.positionAt(entry.end)),
    )
  }
  return undefined
}
