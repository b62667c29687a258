import { html, nothing, type TemplateResult } from 'lit'
import { fieldNote, segments, selectField } from '../ui/field.ts'
import { t } from '../ui/text.ts'
import type { EditorView } from './editorView.ts'
import { idOf } from './editorView.ts'
import {
  type EveryUnit,
  everyUnits,
  type Picker,
  type PickerKind,
  type PickerProblem,
  pickerKinds,
  pickerProblem,
  switchKind,
  switchUnit,
  textOf,
} from './modelPicker.ts'

const kindLabels = (): Readonly<Record<PickerKind, string>> => ({
  hourly: t('Hourly'),
  daily: t('Daily'),
  weekly: t('Weekly'),
  monthly: t('Monthly'),
  everyN: t('Every N'),
  custom: t('Custom'),
})

const unitLabels = (): Readonly<Record<EveryUnit, string>> => ({
  minutes: t('minutes'),
  hours: t('hours'),
  days: t('days of the month'),
  interval: t('fixed interval (@every)'),
})

/** The presets and their inputs. What is chosen writes the expression; a typed expression moves them. */
export function whenSection(view: EditorView): TemplateResult {
  const { picker } = view.form
  const names = kindLabels()
  const move = (to: Picker) =>
    view.set({ picker: to, ...(pickerProblem(to) ? {} : { schedule: textOf(to, view.form.schedule) }) })
  return html`<div class="when" id=${idOf('picker')}>
    ${segments({
      name: 'kind',
      label: t('How often'),
      value: picker.kind,
      choices: pickerKinds.map(value => ({ value, label: names[value] })),
      onChange: kind => move(switchKind(picker, kind as PickerKind)),
    })}
    <div class="inputs">${inputs(picker, move, view)}</div>
    ${fieldNote(idOf('picker'), pickerProblem(picker)?.message)}
  </div>`
}

function inputs(picker: Picker, move: (to: Picker) => void, view: EditorView): TemplateResult {
  const problem = pickerProblem(picker)
  switch (picker.kind) {
    case 'hourly':
      return html`${t('at minute')} ${number({ field: 'minute', label: t('Minute'), value: picker.minute, most: 59, problem, set: minute => move({ ...picker, minute }) })}
        ${t('of every hour')}`
    case 'daily':
      return time(picker, problem, at => move({ ...picker, ...at }))
    case 'weekly':
      return html`${weekdays(picker, problem, move, view.init.locale)} ${time(picker, problem, at => move({ ...picker, ...at }))}`
    case 'monthly':
      return html`${t('on day')} ${number({ field: 'day', label: t('Day of the month'), value: picker.day, least: 1, most: 31, problem, set: day => move({ ...picker, day }) })}
      ${time(picker, problem, at => move({ ...picker, ...at }))}`
    case 'everyN':
      return everyN(picker, problem, move)
    case 'custom':
      return html`<span class="hint">${t('Write the expression below; the presets follow it where they can.')}</span>`
  }
}

function everyN(
  picker: Extract<Picker, { kind: 'everyN' }>,
  problem: PickerProblem | undefined,
  move: (to: Picker) => void,
): TemplateResult {
  const names = unitLabels()
  const amount =
    picker.unit === 'interval'
      ? html`<input
          type="text"
          class="monospace duration"
          spellcheck="false"
          aria-label=${t('Duration')}
          aria-invalid=${problem?.field === 'duration' ? 'true' : nothing}
          aria-describedby="${idOf('picker')}-note"
          .value=${picker.duration}
          @input=${(event: Event) => move({ ...picker, duration: (event.target as HTMLInputElement).value })}
        />`
      : number({
          field: 'every',
          label: t('Every how many'),
          value: picker.every,
          least: 1,
          most: { minutes: 59, hours: 23, days: 31 }[picker.unit],
          problem,
          set: every => move({ ...picker, every }),
        })
  return html`<span>${t('every')}</span> ${amount}
    ${selectField({
      id: 'every-unit',
      label: t('Unit'),
      class: 'inline',
      value: picker.unit,
      choices: everyUnits.map(value => ({ value, label: names[value] })),
      onChange: unit => move(switchUnit(picker, unit as EveryUnit)),
    })}
    ${
      picker.unit === 'hours'
        ? html`${t('at minute')} ${number({ field: 'minute', label: t('Minute'), value: picker.minute, most: 59, problem, set: minute => move({ ...picker, minute }) })}`
        : picker.unit === 'days'
          ? time(picker, problem, at => move({ ...picker, ...at }))
          : nothing
    }`
}

function time(
  picker: { readonly hour: number; readonly minute: number },
  problem: PickerProblem | undefined,
  set: (change: { hour: number } | { minute: number }) => void,
): TemplateResult {
  return html`<span class="time"
    >${t('at')}
    ${number({ field: 'hour', label: t('Hour'), value: picker.hour, most: 23, digits: 2, problem, set: hour => set({ hour }) })}<span
      aria-hidden="true"
      >:</span
    >${number({ field: 'minute', label: t('Minute'), value: picker.minute, most: 59, digits: 2, problem, set: minute => set({ minute }) })}</span
  >`
}

function number(options: {
  field: PickerProblem['field']
  label: string
  value: number
  least?: number
  most: number
  digits?: number
  problem: PickerProblem | undefined
  set: (value: number) => void
}): TemplateResult {
  const { field, label, value, least = 0, most, digits = 1, problem, set } = options
  return html`<hks-number
    .label=${label}
    .value=${value}
    .least=${least}
    .most=${most}
    .digits=${digits}
    .describedBy=${`${idOf('picker')}-note`}
    .invalid=${problem?.field === field}
    @number=${(event: CustomEvent<number>) => set(event.detail)}
  ></hks-number>`
}

function weekdays(
  picker: Extract<Picker, { kind: 'weekly' }>,
  problem: PickerProblem | undefined,
  move: (to: Picker) => void,
  locale: string,
): TemplateResult {
  const name = (day: number, weekday: 'short' | 'long') =>
    new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' }).format(Date.UTC(2023, 0, 1 + day))
  return html`<fieldset class="segments weekdays" aria-describedby="${idOf('picker')}-note">
    <legend class="hidden">${t('Days of the week')}</legend>
    ${[1, 2, 3, 4, 5, 6, 0].map(
      day =>
        html`<label class="segment">
          <input
            type="checkbox"
            aria-label=${name(day, 'long')}
            aria-invalid=${problem?.field === 'weekdays' ? 'true' : nothing}
            .checked=${picker.weekdays.includes(day)}
            @change=${(event: Event) =>
              move({
                ...picker,
                weekdays: (event.target as HTMLInputElement).checked
                  ? [...picker.weekdays, day].sort((a, b) => a - b)
                  : picker.weekdays.filter(other => other !== day),
              })}
          /><span aria-hidden="true">${name(day, 'short')}</span>
        </label>`,
    )}
  </fieldset>`
}
