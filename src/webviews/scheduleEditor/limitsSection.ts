import { html, type TemplateResult } from 'lit'
import type { ConcurrencyPolicy } from '../../contract/cronJobs.ts'
import { selectField, textField } from '../ui/field.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf } from './editorView.ts'
import { type NumberField, numberRules } from './modelForm.ts'
import { labels } from './modelProblems.ts'

/** In the order of `concurrencyPolicies`, whose module would bring the schema library into the page. */
const policies = (): Readonly<Record<ConcurrencyPolicy, string>> => ({
  Allow: t('Allow: start it beside the one that runs'),
  Forbid: t('Forbid: wait for the one that runs, skip earlier ones'),
  Replace: t('Replace: stop the one that runs, start the new one'),
})

const hints = (inCluster: boolean): Readonly<Record<NumberField, string>> => ({
  startingDeadlineSeconds: t('Seconds after which a late run is skipped; empty: never.'),
  activeDeadlineSeconds: t('Seconds after which a run is stopped; empty: never.'),
  backoffLimit: t('Attempts after the first one failed.'),
  successfulJobsHistoryLimit: kept(inCluster),
  failedJobsHistoryLimit: kept(inCluster),
  terminationGracePeriodSeconds: t('Seconds a run has to end by itself when it is stopped.'),
})

const kept = (inCluster: boolean): string =>
  inCluster ? t('So many Jobs stay in the cluster, with their pods.') : t('Working files of so many runs stay.')

/** What happens when a run can't start or end as planned. */
export function limitsSection(view: EditorView): TemplateResult {
  const names = policies()
  return html`<div class="grid">
    ${selectField({
      id: 'field-concurrencyPolicy',
      label: t('When the run before is not done'),
      class: 'wide',
      value: view.form.concurrencyPolicy,
      choices: Object.entries(names).map(([value, label]) => ({ value, label })),
      onChange: value => view.set({ concurrencyPolicy: value as ConcurrencyPolicy }),
    })}
    ${number(view, 'startingDeadlineSeconds')} ${number(view, 'activeDeadlineSeconds')}
    ${number(view, 'backoffLimit')} ${number(view, 'terminationGracePeriodSeconds')}
    ${number(view, 'successfulJobsHistoryLimit')} ${number(view, 'failedJobsHistoryLimit')}
  </div>`
}

/** One line for the folded section. */
export function limitsSummary({ form }: EditorView): string {
  const parts: string[] = [form.concurrencyPolicy]
  if (form.startingDeadlineSeconds !== '') parts.push(t('starts within {0} s', form.startingDeadlineSeconds))
  if (form.activeDeadlineSeconds !== '') parts.push(t('at most {0} s', form.activeDeadlineSeconds))
  parts.push(form.backoffLimit === '1' ? t('1 retry') : t('{0} retries', form.backoffLimit))
  return parts.join(' · ')
}

function number(view: EditorView, name: NumberField): TemplateResult {
  const { default: preset } = numberRules[name]
  return textField({
    id: idOf(name),
    label: labels()[name]!,
    hint: hints(view.inCluster)[name],
    problem: view.problem(name),
    value: view.form[name],
    inputMode: 'numeric',
    placeholder: preset === undefined ? t('none') : String(preset),
    onInput: value => view.set({ [name]: value.trim() }),
    onLeave: () => view.leave(name),
  })
}
