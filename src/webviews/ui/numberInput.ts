import { html, nothing, type TemplateResult } from 'lit'
import { PageElement } from './pageElement.ts'

/**
 * A small whole number with arrow keys (the ARIA spinbutton pattern). While it is typed it stands as it is typed;
 * afterwards it is padded.
 *
 * @fires number - CustomEvent<number>: the number, NaN for anything else
 */
export class NumberInput extends PageElement {
  static override properties = {
    label: { type: String },
    value: { type: Number },
    least: { type: Number },
    most: { type: Number },
    digits: { type: Number },
    describedBy: { type: String },
    invalid: { type: Boolean },
    typed: { state: true },
  }
  declare label: string
  declare value: number
  declare least: number
  declare most: number
  /** Padded to so many digits. */
  declare digits: number
  declare describedBy: string
  declare invalid: boolean
  /** What stands in the field while the user types; undefined otherwise. */
  declare private typed: string | undefined

  constructor() {
    super()
    this.least = 0
    this.digits = 1
  }

  protected override render(): TemplateResult {
    const isNumber = !Number.isNaN(this.value)
    const settled = isNumber ? String(this.value).padStart(this.digits, '0') : (this.typed ?? '')
    return html`<input
      type="text"
      inputmode="numeric"
      class="number"
      maxlength="3"
      role="spinbutton"
      autocomplete="off"
      aria-label=${this.label}
      aria-valuemin=${this.least}
      aria-valuemax=${this.most}
      aria-valuenow=${isNumber ? this.value : nothing}
      aria-invalid=${this.invalid ? 'true' : nothing}
      aria-describedby=${this.describedBy || nothing}
      .value=${this.typed ?? settled}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      @input=${this.onInput}
      @blur=${this.onBlur}
      @keydown=${this.onKey}
    />`
  }

  private tell(value: number): void {
    this.value = value
    this.dispatchEvent(new CustomEvent('number', { detail: value }))
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    this.typed = (event.target as HTMLInputElement).value
    this.tell(/^\d+$/.test(this.typed) ? Number(this.typed) : NaN)
  }

  private readonly onBlur = (): void => {
    // What is no number stays visible, so that it can be mended.
    if (!Number.isNaN(this.value)) this.typed = undefined
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const next = Number.isNaN(this.value) ? this.least : this.value + by
    this.typed = undefined
    this.tell(next > this.most ? this.least : next < this.least ? this.most : next)
  }
}
