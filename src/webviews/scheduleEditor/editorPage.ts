import { html, nothing, type TemplateResult } from 'lit'
import { field, selectField, textField } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { type Notice, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf, type Section } from './editorView.ts'
import { expressionField } from './expressionField.ts'
import { limitsSection, limitsSummary } from './limitsSection.ts'
import { runsTable } from './runsTable.ts'
import { whatSection, whatSummary } from './whatSection.ts'
import { whenSection } from './whenSection.ts'
import { zoneField } from './zoneField.ts'

/** What the page shows and calls; made anew for each rendering. */
export interface EditorPage {
  readonly view: EditorView
  readonly title: string
  readonly isSaving: boolean
  readonly isDirty: boolean
  readonly isSuspended: boolean
  readonly notices: readonly Notice[]
  readonly zones: readonly string[]
  readonly save: () => void
  /** Shows as a manifest what Save would make. */
  readonly showManifest: () => void
  readonly cancel: () => void
  readonly setSuspended: (suspend: boolean) => void
}

/** The whole page. */
export function editorPage(page: EditorPage): TemplateResult {
  const { view } = page
  return html`<main class="form-page">
    <div class="top">
      ${header(page)}
      <div class="notices" role="status">${page.notices.map(notice)}</div>
    </div>
    ${view.mode === 'create' ? identity(view) : nothing} ${suspension(page)}
    <section aria-labelledby="schedule-heading">
      <h2 id="schedule-heading">${t('Schedule')}</h2>
      ${whenSection(view)}
      <div class="grid expression-and-zone">${expressionField(view)} ${zoneField(view, page.zones)}</div>
      <p class="sentence" aria-live="polite">${view.preview.sentence}</p>
      ${
        view.warnings.length === 0
          ? nothing
          : html`<ul class="warnings" aria-label=${t('Remarks about the schedule')}>
              ${view.warnings.map(warning => html`<li>${notice({ severity: warning.severity, text: warning.message })}</li>`)}
            </ul>`
      }
      <h3>${t('Next runs')}</h3>
      ${runsTable(view)}
    </section>
    ${fold(view, 'what', t('What runs'), whatSummary(view), () => whatSection(view))}
    ${fold(view, 'limits', t('When it can’t'), limitsSummary(view), () => limitsSection(view))}
  </main>`
}

function header({ title, isSaving, isDirty, save, showManifest, cancel, view }: EditorPage): TemplateResult {
  return html`<header>
    <h1>${title}</h1>
    <div class="actions">
      <hks-button appearance="primary" aria-busy=${isSaving} title=${t('Ctrl+Enter')} @click=${save}
        >${isSaving ? t('Saving…') : view.mode === 'create' ? t('Create') : t('Save')}</hks-button
      >
      <hks-button appearance="secondary" title=${t('Show as YAML what would be stored')} @click=${showManifest}>${t('Preview')}</hks-button>
      <hks-button appearance="secondary" title=${isDirty ? t('Escape') : nothing} @click=${cancel}
        >${isDirty || view.mode === 'create' ? t('Cancel') : t('Close')}</hks-button
      >
    </div>
  </header>`
}

function identity(view: EditorView): TemplateResult {
  return html`<div class="grid">
    ${textField({
      id: idOf('name'),
      label: t('Name'),
      value: view.form.name,
      placeholder: 'nightly-report',
      problem: view.problem('name'),
      onInput: name => view.set({ name }),
      onLeave: () => view.leave('name'),
    })}
    ${
      view.init.projects.length === 0
        ? field(
            { id: idOf('projectId'), label: t('Project'), problem: t('There is no project: open a folder first.') },
            html`<input id=${idOf('projectId')} type="text" readonly aria-describedby="${idOf('projectId')}-note" />`,
          )
        : selectField({
            id: idOf('projectId'),
            label: t('Project'),
            value: view.form.projectId,
            problem: view.problem('projectId'),
            choices: [
              ...(view.form.projectId === '' ? [{ value: '', label: t('Choose…') }] : []),
              ...view.init.projects.map(project => ({
                value: project.id,
                label: `${project.name} (${project.connection})`,
              })),
            ],
            onChange: projectId => {
              view.set({ projectId })
              view.leave('projectId')
            },
          })
    }
  </div>`
}

function suspension({ view, isSuspended, setSuspended }: EditorPage): TemplateResult | typeof nothing {
  if (view.mode === 'create') return nothing
  if (!isSuspended) return nothing
  return notice({
    severity: 'info',
    text: t('Suspended: it does not run by itself until it is resumed.'),
    actions: [{ label: t('Resume…'), run: () => setSuspended(false) }],
  })
}

function fold(
  view: EditorView,
  section: Section,
  title: string,
  summary: string,
  content: () => TemplateResult,
): TemplateResult {
  const isOpen = view.isOpen(section)
  return html`<section class="fold">
    <h2>
      <button
        class="fold-head"
        aria-expanded=${isOpen}
        aria-controls="section-${section}"
        @click=${() => view.setOpen(section, !isOpen)}
      >
        ${icon(isOpen ? 'chevron-down' : 'chevron-right')}<span>${title}</span>
        ${isOpen || summary === '' ? nothing : html`<span class="hint summary">${summary}</span>`}
      </button>
    </h2>
    <div id="section-${section}" class="fold-body" ?hidden=${!isOpen}>${isOpen ? content() : nothing}</div>
  </section>`
}
