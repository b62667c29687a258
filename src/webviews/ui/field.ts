import { html, nothing, type TemplateResult } from 'lit'

/** The parts of a field that its control must refer to. */
export interface FieldFrame {
  readonly id: string
  readonly label: string
  /** One line that helps before anything is wrong. */
  readonly hint?: string | TemplateResult | undefined
  /** What is wrong; shown in place of the hint. */
  readonly problem?: string | undefined
  readonly class?: string
}

/** Ids that a control's `aria-describedby` names. */
export const describedBy = (id: string): string => `${id}-note`

/** A label above a control, and below it a hint or what is wrong. The control carries the frame's id. */
export function field({ id, label, hint, problem, class: name }: FieldFrame, control: TemplateResult): TemplateResult {
  return html`<div class="field ${name ?? ''}">
    <label for=${id}>${label}</label>
    ${control} ${fieldNote(id, problem, hint)}
  </div>`
}

/** The line below a control; it is there also when it is empty, so that a control can refer to it. */
export function fieldNote(id: string, problem: string | undefined, hint?: string | TemplateResult): TemplateResult {
  return html`<div id=${describedBy(id)} class=${problem ? 'problem' : 'hint'}>
    ${problem ? html`<span class="codicon codicon-error" aria-hidden="true"></span>` : nothing}${problem ?? hint ?? nothing}
  </div>`
}

/** What a one-line text field shows and says. */
export interface TextField extends FieldFrame {
  readonly value: string
  readonly placeholder?: string
  readonly inputMode?: 'text' | 'numeric'
  readonly monospace?: true
  /** A button beside it. */
  readonly beside?: TemplateResult
  readonly onInput: (value: string) => void
  /** The field was left; from now on its problem is shown. */
  readonly onLeave?: () => void
}

/** A native one-line text field. */
export function textField(options: TextField): TemplateResult {
  const { id, value, problem, placeholder, inputMode, beside, onInput, onLeave } = options
  const input = html`<input
      id=${id}
      type="text"
      class=${options.monospace ? 'monospace' : nothing}
      inputmode=${inputMode ?? nothing}
      autocomplete="off"
      spellcheck="false"
      placeholder=${placeholder ?? nothing}
      aria-invalid=${problem ? 'true' : nothing}
      aria-describedby=${describedBy(id)}
      .value=${value}
      @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
      @blur=${onLeave ?? nothing}
    />`
  return field(options, beside === undefined ? input : html`<div class="beside">${input} ${beside}</div>`)
}

/** One choice of a {@link selectField}. */
export interface Choice {
  readonly value: string
  readonly label: string
}

/** A native list to choose one of a few values from. */
export function selectField(
  frame: FieldFrame & {
    readonly value: string
    readonly choices: readonly Choice[]
    readonly onChange: (value: string) => void
  },
): TemplateResult {
  const { id, value, choices, problem, onChange } = frame
  return field(
    frame,
    html`<div class="select">
      <select
        id=${id}
        aria-invalid=${problem ? 'true' : nothing}
        aria-describedby=${describedBy(id)}
        @change=${(event: Event) => onChange((event.target as HTMLSelectElement).value)}
      >
        ${choices.map(choice => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.label}</option>`)}
      </select>
      <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
    </div>`,
  )
}

/** One of a few values, all of them visible: native radio buttons drawn as one bar. */
export function segments(options: {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChange: (value: string) => void
}): TemplateResult {
  const { name, label, value, choices, onChange } = options
  return html`<fieldset class="segments">
    <legend class="hidden">${label}</legend>
    ${choices.map(
      choice =>
        html`<label class="segment">
          <input
            type="radio"
            name=${name}
            value=${choice.value}
            .checked=${choice.value === value}
            @change=${() => onChange(choice.value)}
          /><span>${choice.label}</span>
        </label>`,
    )}
  </fieldset>`
}
