import { indentJson } from '../../base/indentJson.ts'
import type { FunctionInvokeInit, Payload, SavedPayload, SavedPayloads } from '../../contract/functionInvoke.ts'
import type { NoticeBoard } from '../ui/noticeBoard.ts'
import { t } from '../ui/text.ts'
import {
  type Draft,
  type DraftProblem,
  draftProblem,
  firstDraft,
  isSamePayload,
  payloadIn,
  savedName,
  withPayload,
} from './modelDraft.ts'

/** What the user makes to be sent, and the payloads that are kept for the function. */
export class DraftEditor {
  draft: Draft = firstDraft
  saved: readonly SavedPayload[] = []
  /** What was sent last: no loss when something takes its place. */
  private sent: Payload = payloadIn(firstDraft)
  private checked: { readonly draft: Draft; readonly problem: DraftProblem | undefined } | undefined
  private basedOn: string | undefined
  private readonly notices: NoticeBoard
  private readonly changed: () => void

  constructor(notices: NoticeBoard, changed: () => void) {
    this.notices = notices
    this.changed = changed
  }

  /** Begins with what the page kept, or with what was sent last. */
  open({ saved, last }: FunctionInvokeInit, kept: Draft | undefined): void {
    this.saved = saved
    if (last !== undefined) this.sent = last
    this.draft = kept ?? withPayload(firstDraft, this.sent)
  }

  get payload(): Payload {
    return payloadIn(this.draft)
  }

  get problem(): DraftProblem | undefined {
    // The page is drawn far more often than it is typed in, and a payload may be large.
    if (this.checked?.draft !== this.draft) this.checked = { draft: this.draft, problem: draftProblem(this.draft) }
    return this.checked.problem
  }

  /** The name under which it is kept as it stands. */
  get savedName(): string | undefined {
    return savedName(this.payload, this.saved)
  }

  /** What a payload that began as a saved one would be called. */
  get suggestedName(): { readonly name?: string } {
    return this.basedOn === undefined ? {} : { name: this.basedOn }
  }

  edit(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change }
    this.changed()
  }

  /** Indents the JSON, which must be valid. */
  format(): void {
    this.edit({ json: indentJson(this.draft.json) })
  }

  choose(name: string): void {
    const found = this.saved.find(one => one.name === name)
    if (found === undefined) return
    this.basedOn = name
    this.replace(found.payload, t('{0} took the place of what you had typed.', name))
  }

  /** It is being sent. */
  markSent(payload: Payload): void {
    this.sent = payload
  }

  /** Takes what the host keeps after a change. `null`: nothing was changed. */
  takeSaved(changed: SavedPayloads | null): void {
    if (changed === null) return
    this.saved = changed.saved
    this.basedOn = changed.name
    this.changed()
  }

  /** Puts a payload in. What was typed and neither sent nor saved can be had back. */
  replace(payload: Payload, told: string): void {
    const before = this.draft
    const isKept = isSamePayload(this.sent, this.payload) || this.savedName !== undefined
    const isSame = isSamePayload(payload, this.payload)
    this.edit(withPayload(before, payload))
    if (isKept || isSame) return
    const back = (): void => {
      this.notices.tell('draft', undefined)
      this.edit(before)
    }
    this.notices.tell('draft', { severity: 'info', text: told, actions: [{ label: t('Put mine back'), run: back }] })
  }
}
