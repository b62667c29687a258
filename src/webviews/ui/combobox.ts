import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { PageElement } from './pageElement.ts'
import { filterChoices } from './filterChoices.ts'
import { t } from './text.ts'

/** More rows than this are not rendered; typing narrows them down. */
const shownRows = 80

/**
 * A text field with a list that is filtered while the user types (the ARIA combobox pattern). What is typed and not in
 * the list is kept: the page decides what it means.
 *
 * @fires choose - CustomEvent<string>: the value was chosen, or typed and left
 */
export class Combobox extends PageElement {
  static override properties = {
    inputId: { type: String },
    label: { type: String },
    value: { type: String },
    choices: { attribute: false },
    detail: { attribute: false },
    placeholder: { type: String },
    describedBy: { type: String },
    invalid: { type: Boolean },
    typed: { state: true },
    active: { state: true },
  }
  declare inputId: string
  declare label: string
  declare value: string
  declare choices: readonly string[]
  /** A short remark for a row, computed only for the rows that are shown. */
  declare detail: (choice: string) => string
  declare placeholder: string
  declare describedBy: string
  declare invalid: boolean
  /** What is being typed; undefined while the list is closed. */
  declare private typed: string | undefined
  /** Index of the row that Enter takes; -1 for none. */
  declare private active: number

  constructor() {
    super()
    this.value = ''
    this.choices = []
    this.detail = () => ''
    this.active = -1
  }

  protected override render(): TemplateResult {
    const isOpen = this.typed !== undefined
    const rows = this.rows()
    const activeId = isOpen && rows[this.active] !== undefined ? this.rowId(this.active) : nothing
    return html`<div class="combobox">
      <input
        id=${this.inputId}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        aria-expanded=${isOpen}
        aria-controls="${this.inputId}-list"
        aria-autocomplete="list"
        aria-activedescendant=${activeId}
        aria-invalid=${this.invalid ? 'true' : nothing}
        aria-describedby=${this.describedBy || nothing}
        placeholder=${this.placeholder || nothing}
        .value=${this.typed ?? this.value}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @click=${() => (isOpen ? undefined : this.open())}
        @blur=${this.onBlur}
      />
      <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
      <ul
        id="${this.inputId}-list"
        role="listbox"
        aria-label=${this.label}
        ?hidden=${!isOpen}
        @mousedown=${(event: Event) => event.preventDefault()}
      >
        ${isOpen ? this.list(rows) : nothing}
      </ul>
    </div>`
  }

  private list(rows: readonly string[]): TemplateResult[] | TemplateResult {
    if (rows.length === 0)
      return html`<li class="hint" role="presentation">${t('Nothing matches "{0}".', this.typed ?? '')}</li>`
    return rows.slice(0, shownRows).map(
      (row, i) =>
        html`<li
          id=${this.rowId(i)}
          role="option"
          aria-selected=${row === this.value}
          class=${i === this.active ? 'active' : ''}
          @click=${() => this.choose(row)}
        >
          <span>${row}</span><span class="hint">${this.detail(row)}</span>
        </li>`,
    )
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('active') || changed.has('typed'))
      this.querySelector('li.active')?.scrollIntoView({ block: 'nearest' })
  }

  private rowId(index: number): string {
    return `${this.inputId}-row-${index}`
  }

  /** All rows right after opening, so that the user sees what there is; then those that match. */
  private rows(): readonly string[] {
    return this.typed === undefined || this.typed === this.value
      ? this.choices
      : filterChoices(this.choices, this.typed)
  }

  private open(): void {
    this.typed = this.value
    this.active = this.choices.slice(0, shownRows).indexOf(this.value)
    this.querySelector('input')?.select()
  }

  private close(): void {
    this.typed = undefined
    this.active = -1
  }

  private choose(value: string): void {
    this.close()
    if (value === this.value) return
    this.value = value
    this.dispatchEvent(new CustomEvent('choose', { detail: value }))
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    this.typed = (event.target as HTMLInputElement).value
    this.active = this.typed.trim() === '' ? -1 : 0
  }

  private readonly onBlur = (): void => {
    if (this.typed === undefined) return
    const typed = this.typed.trim()
    this.choose(this.choices.find(choice => choice.toLowerCase() === typed.toLowerCase()) ?? typed)
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const isOpen = this.typed !== undefined
    const last = Math.min(this.rows().length, shownRows) - 1
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isOpen) this.open()
      else if (event.key === 'ArrowDown') this.active = this.active >= last ? 0 : this.active + 1
      else this.active = this.active <= 0 ? last : this.active - 1
    } else if (event.key === 'Enter' && isOpen) {
      const row = this.rows()[this.active]
      if (row === undefined) this.onBlur()
      else this.choose(row)
    } else if (event.key === 'Escape' && isOpen) {
      this.close()
    } else return
    // The page's own keys (Escape closes it) must not see what the list has used.
    event.preventDefault()
    event.stopPropagation()
  }
}
