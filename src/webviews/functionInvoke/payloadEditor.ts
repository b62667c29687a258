import { html, nothing, type TemplateResult } from 'lit'
import { PageElement } from '../ui/pageElement.ts'

/**
 * A text area that marks the character at fault. The mark is drawn behind it, in a copy of the text that nobody sees: a
 * text area itself can draw none.
 *
 * @fires edit - CustomEvent<string>: the whole text, as it is typed
 */
export class PayloadEditor extends PageElement {
  static override properties = {
    inputId: { type: String },
    value: { type: String },
    fault: { attribute: false },
    describedBy: { type: String },
    placeholder: { type: String },
  }
  declare inputId: string
  declare value: string
  /** Offset of the character at fault. */
  declare fault: number | undefined
  declare describedBy: string
  declare placeholder: string

  constructor() {
    super()
    this.value = ''
  }

  protected override render(): TemplateResult {
    return html`<div class="payload-box">
      <pre class="payload-marks" aria-hidden="true">${this.marks()}</pre>
      <textarea
        id=${this.inputId}
        class="monospace"
        spellcheck="false"
        autocapitalize="off"
        autocomplete="off"
        rows="6"
        placeholder=${this.placeholder || nothing}
        aria-invalid=${this.fault === undefined ? nothing : 'true'}
        aria-describedby=${this.describedBy || nothing}
        .value=${this.value}
        @input=${this.onInput}
        @scroll=${() => this.follow()}
      ></textarea>
    </div>`
  }

  protected override updated(): void {
    this.follow()
  }

  /** Puts the caret at an offset and brings it into sight. */
  goTo(offset: number): void {
    const area = this.querySelector('textarea')!
    area.focus()
    area.setSelectionRange(offset, Math.min(offset + 1, this.value.length))
  }

  /** The text with a mark; what is missing at the end of a line is marked behind it. */
  private marks(): TemplateResult | typeof nothing {
    const { fault, value } = this
    if (fault === undefined) return nothing
    const char = value[fault]
    const isGap = char === undefined || char === '\n'
    return html`${value.slice(0, fault)}<mark>${isGap ? '\u00a0' : char}</mark>${value.slice(isGap ? fault : fault + 1)}`
  }

  private follow(): void {
    const area = this.querySelector('textarea')
    const marks = this.querySelector('.payload-marks')
    if (area === null || marks === null) return
    marks.scrollTop = area.scrollTop
    marks.scrollLeft = area.scrollLeft
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    this.value = (event.target as HTMLTextAreaElement).value
    this.dispatchEvent(new CustomEvent('edit', { detail: this.value }))
  }
}
