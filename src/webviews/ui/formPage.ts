import type { TemplateResult } from 'lit'
import { unsavedNotice } from './formNotices.ts'
import { NoticeBoard } from './noticeBoard.ts'
import { failedPage, loadingPage } from './opening.ts'
import { PageElement } from './pageElement.ts'

type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' }

/**
 * A page with one form: it is opened, saved by Ctrl+Enter, and left by Escape or Cancel, after a question where something was
 * changed.
 */
export abstract class FormPage extends PageElement {
  static override properties = { phase: { state: true }, tick: { state: true } }
  declare private phase: Phase
  /** Raised to draw again. */
  declare private tick: number
  protected readonly notices = new NoticeBoard(() => this.draw())

  constructor() {
    super()
    this.phase = { kind: 'loading' }
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.onKey)
    void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.onKey)
  }

  /** What is said where {@link open} fails, without a full stop. */
  protected abstract failedTitle(): string
  /** Asks for what the page shows. */
  protected abstract open(): Promise<void>
  /** The page once it is open. */
  protected abstract page(): TemplateResult
  /** Whether leaving would lose changes. */
  protected abstract get isDirty(): boolean
  /** Saves the form, or says what hinders it. */
  protected abstract save(): Promise<void>
  /** Leaves the page without a question. */
  protected abstract close(): void

  protected override render(): TemplateResult {
    const { phase } = this
    if (phase.kind === 'ready') return this.page()
    if (phase.kind === 'loading') return loadingPage()
    return failedPage(this.failedTitle(), phase.error, () => void this.load(), 'form-page')
  }

  protected get isReady(): boolean {
    return this.phase.kind === 'ready'
  }

  protected draw(): void {
    this.tick++
  }

  /** Leaves the page; asks first where changes would be lost. */
  protected cancel(): void {
    if (!this.isDirty) return this.close()
    const stay = () => this.notices.tell('save', undefined)
    this.notices.tell(
      'save',
      unsavedNotice(stay, () => this.close()),
    )
    this.focusDrawn(() => this.querySelector<HTMLElement>('.notice-actions hks-button'))
  }

  /** Draws, then moves the focus to what is there. */
  protected focusDrawn(find: () => HTMLElement | null | undefined): void {
    this.draw()
    void this.updateComplete.then(() => find()?.focus())
  }

  private async load(): Promise<void> {
    this.phase = { kind: 'loading' }
    try {
      await this.open()
      this.phase = { kind: 'ready' }
    } catch (error) {
      this.phase = { kind: 'failed', error }
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || !this.isReady) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void this.save()
    } else if (event.key === 'Escape' && this.isDirty) {
      // A page that is only read stays: Escape is pressed for much else.
      this.cancel()
    }
  }
}
