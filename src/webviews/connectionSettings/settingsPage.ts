import { html, nothing, type TemplateResult } from 'lit'
import type { ImagePlatform } from '../../contract/connections.ts'
import type { ConnectionShown } from '../../contract/connectionSettings.ts'
import { defaultImages } from '../../contract/defaultImages.ts'
import { describedBy, fieldNote, selectField, textField } from '../ui/field.ts'
import { type Notice, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { labels } from './modelProblems.ts'
import type { SettingsField, SettingsForm } from './modelSettings.ts'

/** What the page shows and calls; made anew for each rendering. */
export interface SettingsView {
  readonly shown: ConnectionShown
  readonly form: SettingsForm
  readonly isDirty: boolean
  readonly isSaving: boolean
  readonly notices: readonly Notice[]
  /** The problem of a field, once it is time to show it. */
  readonly problem: (field: SettingsField) => string | undefined
  readonly set: (change: Partial<SettingsForm>) => void
  /** The user left a field: from now on its problem is shown. */
  readonly leave: (field: SettingsField) => void
  readonly chooseCa: () => void
  readonly save: () => void
  readonly cancel: () => void
}

/** The id of the control of a field. */
export const idOf = (field: SettingsField): string => `field-${field}`

/** The settings of a connection. */
export function settingsPage(view: SettingsView): TemplateResult {
  return html`<main class="form-page">
    <div class="top">
      ${header(view)}
      <div class="notices" role="status">${view.notices.map(notice)}</div>
    </div>
    ${about(view.shown)}
    <section class="grid pairs" aria-label=${t('Cluster')}>
      ${text(view, 'name')}
      ${text(view, 'namespaces', {
        placeholder: 'team-a team-b',
        hint: t(
          'Names with spaces between, also of namespaces that you may not list. Open now: {0}.',
          openNow(view.shown),
        ),
      })}
      ${readOnlyField(view)}
    </section>
    <section aria-labelledby="images-heading">
      <h2 id="images-heading">${t('Images of functions')}</h2>
      <p class="hint">${t('What is changed here counts from the next deployment on.')}</p>
      <div class="grid pairs">
        ${text(view, 'registry', {
          placeholder: 'registry.example.com/team',
          hint: t(
            'Where images are pushed and the cluster pulls them: for Go, for packages to install, for much source.',
          ),
        })}
        ${text(view, 'insecureRegistries', {
          placeholder: '10.0.0.5:5000',
          hint: t('Hosts with their ports, spaces between. Those of this machine need not be named.'),
        })}
        ${text(view, 'registryCa', {
          hint: t('A PEM file with whom to trust besides the system, on the machine of the gateway.'),
          beside: html`<hks-button appearance="secondary" @click=${view.chooseCa}>${t('Browse…')}</hks-button>`,
        })}
        ${selectField({
          id: idOf('platform'),
          label: labels().platform,
          hint: t('What images are built for.'),
          problem: view.problem('platform'),
          value: view.form.platform,
          choices: Object.entries(platforms()).map(([value, label]) => ({ value, label })),
          onChange: value => view.set({ platform: value as SettingsForm['platform'] }),
        })}
        ${text(view, 'node', { placeholder: defaultImages.node })} ${text(view, 'python', { placeholder: defaultImages.python })}
        ${text(view, 'go', { placeholder: defaultImages.go, hint: t('The program of the function is put on top of it.') })}
      </div>
    </section>
    <section aria-labelledby="calls-heading">
      <h2 id="calls-heading">${t('Calls of functions')}</h2>
      ${text(view, 'ingress', {
        placeholder: 'http://10.0.0.5:8080',
        hint: t(
          'Where this machine reaches Knative’s ingress. Empty: found by itself, through a port-forward if need be.',
        ),
      })}
    </section>
  </main>`
}

const platforms = (): Readonly<Record<ImagePlatform | '', string>> => ({
  '': t('That of the nodes'),
  'linux/amd64': 'linux/amd64',
  'linux/arm64': 'linux/arm64',
})

const openNow = ({ namespaces }: ConnectionShown): string => namespaces.join(', ') || t('none')

function header({ shown, isDirty, isSaving, save, cancel }: SettingsView): TemplateResult {
  return html`<header>
    <h1>${t('Settings of {0}', shown.connection.name)}</h1>
    <div class="actions">
      <hks-button appearance="primary" aria-busy=${isSaving} title=${t('Ctrl+Enter')} @click=${save}
        >${isSaving ? t('Saving…') : t('Save')}</hks-button
      >
      <hks-button appearance="secondary" title=${isDirty ? t('Escape') : nothing} @click=${cancel}
        >${isDirty ? t('Cancel') : t('Close')}</hks-button
      >
    </div>
  </header>`
}

/** What cannot be changed here, and why the cluster cannot be used. */
function about({ connection }: ConnectionShown): TemplateResult {
  const { context, server, kubeconfig, state, message, hint } = connection
  const facts = [
    ...(context === undefined ? [] : [t('Context {0}', context)]),
    ...(server === undefined ? [] : [server]),
    kubeconfig === undefined ? '~/.kube/config' : kubeconfig.join(', '),
  ]
  return html`<p class="hint about">${facts.join(' · ')}</p>
    ${state === 'failed' ? notice({ severity: 'warning', text: message ?? t('It does not answer.'), hint }) : nothing}`
}

function text(
  view: SettingsView,
  field: Exclude<SettingsField, 'readOnly' | 'platform'>,
  more: { readonly placeholder?: string; readonly hint?: string; readonly beside?: TemplateResult } = {},
): TemplateResult {
  return textField({
    id: idOf(field),
    label: labels()[field],
    problem: view.problem(field),
    value: view.form[field],
    onInput: value => view.set({ [field]: value }),
    onLeave: () => view.leave(field),
    ...(field === 'name' ? {} : { monospace: true }),
    ...more,
  })
}

function readOnlyField({ form, set }: SettingsView): TemplateResult {
  const id = idOf('readOnly')
  const change = (event: Event): void => {
    const { checked } = event.target as HTMLInputElement
    // It also tells what it was just set to.
    if (checked !== form.readOnly) set({ readOnly: checked })
  }
  return html`<div class="field wide">
    <hks-checkbox id=${id} aria-describedby=${describedBy(id)} .checked=${form.readOnly} @change=${change}
      >${labels().readOnly}</hks-checkbox
    >
    ${fieldNote(id, undefined, t('Nothing is changed through the connection. Functions can still be called.'))}
  </div>`
}
