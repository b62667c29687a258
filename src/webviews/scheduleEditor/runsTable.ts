import { html, nothing, type TemplateResult } from 'lit'
import { t } from '../ui/text.ts'
import { type Clock, relativeText } from '../ui/times.ts'
import type { EditorView } from './editorView.ts'

/** The next runs in the job's zone and the viewer's. */
export function runsTable(view: EditorView): TemplateResult {
  const { next, error } = view.preview
  const jobZone = view.form.timeZone === '' ? 'UTC' : view.form.timeZone
  const isOneZone = jobZone === view.init.viewerTimeZone
  if (error !== undefined)
    return html`<p class="hint">${t('The next runs appear here when the expression is complete.')}</p>`
  if (next.length === 0) return html`<p class="hint">${t('There is no next run.')}</p>`
  // A date with a year needs more room; then every row gets it, so that the times stay in line.
  const hasYears = [view.jobClock, view.viewerClock].some(clock =>
    new Set(next.map(run => clock.date(run).length > 12)).has(true),
  )
  return html`<table class="runs ${hasYears ? 'years' : ''}">
    <caption class="hidden">${t('The next {0} runs', next.length)}</caption>
    <thead>
      <tr>
        <th scope="col">${isOneZone ? t('{0} (your time)', jobZone) : jobZone}</th>
        ${isOneZone ? nothing : html`<th scope="col">${t('{0} (your time)', view.init.viewerTimeZone)}</th>`}
        <th scope="col"><span class="hidden">${t('From now')}</span></th>
      </tr>
    </thead>
    <tbody>
      ${next.map(
        run =>
          html`<tr>
            <td>${moment(run, view.jobClock)}</td>
            ${isOneZone ? nothing : html`<td>${moment(run, view.viewerClock)}</td>`}
            <td class="hint" title=${view.viewerClock.full(run)}>${relativeText(run, view.now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function moment(run: number, clock: Clock): TemplateResult {
  return html`<time datetime=${new Date(run).toISOString()} title=${clock.full(run)}
    ><span class="day">${clock.date(run)}</span> <b>${clock.time(run)}</b></time
  >`
}
