import { html, nothing, type TemplateResult } from 'lit'
import { describedBy, fieldNote } from '../ui/field.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf } from './editorView.ts'
import { pickerOf } from './modelPicker.ts'

const id = idOf('schedule')

/**
 * The cron expression. What Kubernetes refuses is named below and marked in the text: a copy of the text lies under the
 * field, since a part of an input cannot be marked.
 */
export function expressionField(view: EditorView): TemplateResult {
  const { schedule } = view.form
  const problem = view.problem('schedule')
  const error = view.preview.error
  return html`<div class="field expression">
    <label for=${id}>${t('Cron expression')}</label>
    <div class="marked">
      <div class="underlay monospace" aria-hidden="true">${error === undefined ? nothing : marked(schedule, error)}</div>
      <input
        id=${id}
        type="text"
        class="monospace"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        maxlength="300"
        aria-invalid=${problem ? 'true' : nothing}
        aria-describedby=${describedBy(id)}
        .value=${schedule}
        @input=${(event: Event) => {
          const text = (event.target as HTMLInputElement).value
          view.set({ schedule: text, picker: pickerOf(text) })
        }}
        @scroll=${(event: Event) => {
          const input = event.target as HTMLInputElement
          const underlay = input.previousElementSibling
          if (underlay) underlay.scrollLeft = input.scrollLeft
        }}
      />
    </div>
    ${fieldNote(id, problem, t('minute, hour, day of month, month, day of week; or @daily, @every 1h30m'))}
  </div>`
}

function marked(text: string, error: { readonly position?: number; readonly length?: number }): TemplateResult {
  const at = Math.min(error.position ?? 0, text.length)
  const end = error.position === undefined ? text.length : at + (error.length ?? 0)
  // A missing part has no length: a space after the text stands for it.
  const part = text.slice(at, end) || '\u00a0'
  return html`${text.slice(0, at)}<mark>${part}</mark>${text.slice(end)}`
}
