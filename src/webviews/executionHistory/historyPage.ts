import { html, nothing, type TemplateResult } from 'lit'
import { describeSchedule } from '../../schedule/describe.ts'
import { selectField } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { failure, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { relativeText, spanText } from '../ui/times.ts'
import type { HistoryView } from './historyView.ts'
import { type OutcomeFilter, outcomeFilters, type Window, windows } from './modelLedger.ts'
import { runDetail } from './runDetail.ts'
import { timeline } from './timeline.ts'

const windowNames = (): Readonly<Record<Window, string>> => ({
  '24h': t('Last 24 hours'),
  '7d': t('Last 7 days'),
  '30d': t('Last 30 days'),
  '90d': t('Last 90 days'),
})

const outcomeNames = (): Readonly<Record<OutcomeFilter, string>> => ({
  all: t('All outcomes'),
  succeeded: t('Succeeded'),
  failed: t('Failed'),
  missed: t('Missed'),
  skipped: t('Skipped'),
  unknown: t('Unknown'),
})

/** The page once it knows its CronJob. */
export function historyPage(view: HistoryView, logElement: HTMLElement): TemplateResult {
  return html`<main>
    ${header(view)}
    <div class="notices" role="status">${view.notices.map(notice)}</div>
    ${filters(view)} ${ledger(view)} ${view.loaded?.items.length ? runDetail(view, logElement) : nothing}
  </main>`
}

function header(view: HistoryView): TemplateResult {
  const { job } = view
  const zone = job.timeZone === undefined ? {} : { timeZone: job.timeZone }
  const next =
    job.nextExecutionAt === undefined || job.suspend
      ? ''
      : t('next {0}', relativeText(Date.parse(job.nextExecutionAt), view.now))
  const state = view.isDeleted ? t('deleted') : job.suspend ? t('suspended') : next
  return html`<header>
    <div class="title">
      <h1>${job.name}</h1>
      <p class="hint">
        ${describeSchedule(job.schedule, zone)}${state === '' ? nothing : html` · ${state}`}
      </p>
    </div>
    ${
      view.isDeleted
        ? nothing
        : html`<div class="actions">
            <hks-button appearance="primary" @click=${() => view.run()}><span slot="start">${icon('play')}</span>${t('Run now')}</hks-button>
            <hks-button appearance="secondary" @click=${view.editSchedule}>${t('Edit schedule')}</hks-button>
          </div>`
    }
  </header>`
}

function filters(view: HistoryView): TemplateResult {
  const choices = <V extends string>(values: readonly V[], names: Readonly<Record<V, string>>) =>
    values.map(value => ({ value, label: names[value] }))
  return html`<div class="filters">
    ${selectField({
      id: 'window',
      label: t('Time'),
      class: 'inline',
      value: view.window,
      choices: choices(windows, windowNames()),
      onChange: value => view.setWindow(value as Window),
    })}
    ${selectField({
      id: 'outcome',
      label: t('Outcome'),
      class: 'inline',
      value: view.outcome,
      choices: choices(outcomeFilters, outcomeNames()),
      onChange: value => view.setOutcome(value as OutcomeFilter),
    })}
    ${view.loaded === undefined ? nothing : counts(view.loaded.summary)}
  </div>`
}

function counts(summary: NonNullable<HistoryView['loaded']>['summary']): TemplateResult {
  const count = (kind: string, name: string, value: number) =>
    value === 0 && kind !== 'succeeded' && kind !== 'failed'
      ? nothing
      : html`<li class=${kind} title="${value} ${name}">
          ${icon({ succeeded: 'pass', failed: 'error', missed: 'circle-slash', skipped: 'debug-step-over', running: 'sync', unknown: 'question' }[kind] ?? 'info')}
          <b>${value}</b> <span>${name}</span>
        </li>`
  const span = (name: string, label: string, value: number | undefined) =>
    value === undefined ? nothing : html`<li title=${label}><span class="hint">${name}</span> ${spanText(value)}</li>`
  return html`<ul class="counts" aria-label=${t('Counts in this time')}>
    ${count('succeeded', t('succeeded'), summary.succeeded)} ${count('failed', t('failed'), summary.failed)}
    ${count('missed', t('missed'), summary.missed)} ${count('skipped', t('skipped'), summary.skipped)}
    ${count('running', t('running'), summary.running)} ${count('unknown', t('unknown'), summary.unknown)}
    ${span('p50', t('Half of the runs took at most this long'), summary.medianMilliseconds)}
    ${span('p95', t('95 of 100 runs took at most this long'), summary.p95Milliseconds)}
  </ul>`
}

function ledger(view: HistoryView): TemplateResult {
  const { loaded, fault } = view
  const retry = [{ label: t('Retry'), run: view.retry }]
  if (loaded === undefined)
    return fault === undefined
      ? html`<div class="loading" aria-busy="true"><hks-progress-ring></hks-progress-ring><p>${t('Loading…')}</p></div>`
      : html`<div class="empty">${notice(failure(t('The history could not be loaded'), fault, retry))}</div>`
  if (loaded.items.length === 0) return empty(view)
  return html`<div class="timeline-box">
      ${timeline({
        entries: loaded.items,
        first: view.timelineFirst,
        width: view.timelineWidth,
        selectedKey: view.selectedKey,
        clock: view.clock,
        now: view.now,
        select: view.select,
        move: view.move,
      })}
    </div>
    <hks-runs
      .entries=${loaded.items}
      .selectedKey=${view.selectedKey}
      .clock=${view.clock}
      .zone=${view.zone}
      .now=${view.now}
      .hasMore=${loaded.nextCursor !== undefined && fault === undefined}
      @choose=${(event: CustomEvent<number>) => view.select(event.detail)}
      @more=${view.loadMore}
    ></hks-runs>
    ${
      fault === undefined
        ? view.isLoading
          ? html`<p class="hint more">${t('Loading older rows…')}</p>`
          : nothing
        : html`<div class="more">${notice(failure(t('Older rows could not be loaded'), fault, retry))}</div>`
    }`
}

function empty(view: HistoryView): TemplateResult {
  const isFiltered = view.outcome !== 'all'
  return html`<div class="empty">
    <p>
      ${
        isFiltered
          ? t('Nothing {0} in this time.', outcomeNames()[view.outcome].toLowerCase())
          : t('Nothing was due in this time and nothing ran.')
      }
    </p>
    ${
      isFiltered
        ? html`<hks-button appearance="secondary" @click=${() => view.setOutcome('all')}>${t('Show all outcomes')}</hks-button>`
        : view.isDeleted
          ? nothing
          : html`<hks-button appearance="secondary" @click=${() => view.run()}>${t('Run now')}</hks-button>`
    }
  </div>`
}
