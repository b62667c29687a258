import type { Application, RefusedKind } from '../../contract/applications.ts'
import type { ScheduleWarning } from '../../contract/schedules.ts'
import type { ScheduleEditorInit } from '../../contract/webviews.ts'
import type { Clock } from '../ui/times.ts'
import type { Form } from './modelForm.ts'
import type { Preview } from './modelPreview.ts'
import type { FieldPath } from './modelProblems.ts'

/** The parts of the form that can be folded away. */
export type Section = 'what' | 'limits'

/** What the sections of the editor show and call; made anew for each rendering. */
export interface EditorView {
  readonly init: ScheduleEditorInit
  readonly mode: 'create' | 'edit'
  readonly form: Form
  /** What it runs, it runs in containers. */
  readonly inCluster: boolean
  /** What a new CronJob of the project can copy. */
  readonly applications: readonly Application[]
  /** Kinds of them that the user may not list. */
  readonly refused: readonly RefusedKind[]
  readonly preview: Preview
  readonly warnings: readonly ScheduleWarning[]
  readonly now: number
  readonly jobClock: Clock
  readonly viewerClock: Clock
  /** The problem of a field, once it is time to show it. */
  readonly problem: (field: FieldPath) => string | undefined
  /** Changes fields of the form. */
  readonly set: (change: Partial<Form>) => void
  /** The user left a field: from now on its problem is shown. */
  readonly leave: (field: FieldPath) => void
  readonly isOpen: (section: Section) => boolean
  readonly setOpen: (section: Section, isOpen: boolean) => void
  /** Lets the user choose a secret for a row. */
  readonly pickSecret: (row: number) => void
}

/** The id of the control of a field. */
export const idOf = (field: FieldPath): string => `field-${field.replaceAll('.', '-')}`
