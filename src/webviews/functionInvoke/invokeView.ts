import type { PanelCall, SavedPayload } from '../../contract/functionInvoke.ts'
import type { Function } from '../../contract/functions.ts'
import type { Invocation, InvocationPayload } from '../../contract/invocations.ts'
import type { LogState } from '../ui/logSession.ts'
import type { Notice } from '../ui/notice.ts'
import type { Clock } from '../ui/times.ts'
import type { Draft, DraftProblem } from './modelDraft.ts'

/** An earlier call that the user looks at. */
export interface ShownRecord {
  readonly call: Invocation
  readonly sent:
    | { readonly kind: 'loading' }
    | { readonly kind: 'failed'; readonly error: unknown }
    /** `request` is undefined where it is not kept. */
    | { readonly kind: 'ready'; readonly request: InvocationPayload | undefined }
}

/** Older calls than those of the list. */
export type OlderCalls =
  | { readonly kind: 'none' }
  | { readonly kind: 'there' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** What the templates of the page show and call; made anew for each rendering. */
export interface InvokeView {
  readonly fn: Function
  readonly isDeleted: boolean
  readonly isRunning: boolean
  readonly clock: Clock
  readonly now: number
  readonly notices: readonly Notice[]
  readonly draft: Draft
  readonly problem: DraftProblem | undefined
  readonly saved: readonly SavedPayload[]
  /** The name under which the draft is kept as it stands. */
  readonly savedName: string | undefined
  /** The call made here; undefined before the first. */
  readonly call: PanelCall | undefined
  /** The earlier call that is shown in its place. */
  readonly record: ShownRecord | undefined
  readonly shownId: string | undefined
  readonly calls: readonly Invocation[]
  readonly older: OlderCalls
  readonly log: LogState
  readonly logLines: number
  readonly droppedLines: number
  readonly wraps: boolean
  readonly invoke: () => void
  readonly cancel: () => void
  readonly edit: (change: Partial<Draft>) => void
  readonly format: () => void
  readonly goToProblem: () => void
  readonly choose: (name: string) => void
  readonly save: () => void
  readonly rename: (name: string) => void
  readonly remove: (name: string) => void
  readonly copyCurl: () => void
  readonly copyAnswer: () => void
  readonly openAnswer: () => void
  readonly saveAnswer: () => void
  readonly openLog: () => void
  readonly reloadLog: () => void
  readonly setWraps: (wraps: boolean) => void
  readonly select: (invocationId: string) => void
  readonly replay: (invocationId: string) => void
  readonly loadOlder: () => void
}
