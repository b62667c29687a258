import { html, nothing, type TemplateResult } from 'lit'
import { writeWords } from '../../base/shellWords.ts'
import type { Attempt, ExecutionSummary } from '../../contract/executions.ts'
import type { LedgerEntry } from '../../contract/ledger.ts'
import { segments } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { failure, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { relativeText, spanText } from '../ui/times.ts'
import type { HistoryView, Pane } from './historyView.ts'
import { durationOf, entryText, outcomeText } from './modelEntry.ts'
import { keptLines } from '../ui/logLines.ts'

/** The selected run: its log, what is known about it, and what can be done with it. */
export function runDetail(view: HistoryView, logElement: HTMLElement): TemplateResult {
  const { selected } = view
  const execution = selected?.execution
  return html`<section class="detail" aria-label=${t('Selected run')}>
    ${
      selected === undefined
        ? html`<p class="hint nothing">${t('Select a run to see its log.')}</p>`
        : html`<div class="detail-head">
              <h2>${entryText(selected, view.clock, view.now).title}</h2>
              <div class="actions">${execution === undefined ? nothing : actions(view, execution)}</div>
            </div>
            ${
              execution === undefined
                ? notRun(view, selected)
                : html`${bar(view)}
                    <div class="pane" ?hidden=${view.pane !== 'log'}>${logState(view)} ${logElement} ${logEnd(view)}</div>
                    ${view.pane === 'details' ? details(view, selected, execution) : nothing}`
            }`
    }
  </section>`
}

function actions(view: HistoryView, execution: ExecutionSummary): TemplateResult {
  if (execution.status === 'running')
    return html`<hks-button appearance="secondary" @click=${() => view.stop(execution.id)}>
      <span slot="start">${icon('debug-stop')}</span>${t('Stop')}
    </hks-button>`
  return html`<hks-button appearance="secondary" @click=${() => view.run(execution.id)}>
    <span slot="start">${icon('debug-restart')}</span>${t('Run again')}
  </hks-button>`
}

function notRun(view: HistoryView, entry: LedgerEntry): TemplateResult {
  return html`<div class="pane not-run">
    <p>${outcomeText(entry)}.</p>
    <p class="hint">${t('Nothing ran at this time, so there is no log.')}</p>
    <p>
      <hks-button appearance="secondary" @click=${() => view.run()}><span slot="start">${icon('play')}</span>${t('Run now')}</hks-button>
    </p>
  </div>`
}

function bar(view: HistoryView): TemplateResult {
  const { options, pane, selected } = view
  const toggle = (name: 'follow' | 'wrap', label: string) =>
    html`<hks-checkbox ?checked=${options[name]} @change=${(event: Event) => view.setOptions({ [name]: (event.target as HTMLInputElement).checked })}
      >${label}</hks-checkbox
    >`
  const isRunning = selected?.execution?.status === 'running'
  return html`<div class="detail-bar">
    ${segments({
      name: 'pane',
      label: t('What to show'),
      value: pane,
      choices: [
        { value: 'log', label: t('Log') },
        { value: 'details', label: t('Details') },
      ],
      onChange: value => view.setPane(value as Pane),
    })}
    ${
      pane !== 'log'
        ? nothing
        : html`${isRunning ? toggle('follow', t('Follow')) : nothing} ${toggle('wrap', t('Wrap'))} ${finder(view)}
            <span class="spring"></span>
            <span class="together">
            <hks-button appearance="icon" aria-label=${t('Copy the log')} title=${t('Copy the log')} @click=${view.copyLog}
              >${icon('copy')}</hks-button
            >
            <hks-button
              appearance="icon"
              aria-label=${t('Open in an output channel')}
              title=${t('Open in an output channel')}
              @click=${() => view.openInOutput(selected?.execution?.id)}
              >${icon('output')}</hks-button
            ></span>`
    }
  </div>`
}

function finder({ search, find, showMatch, closeSearch }: HistoryView): TemplateResult {
  const text = search?.text ?? ''
  const said =
    text === ''
      ? ''
      : search === undefined || search.count === 0
        ? t('not found')
        : t('{0} of {1}', search.at + 1, search.count)
  return html`<div class="finder" role="search">
    <input
      id="find"
      type="text"
      spellcheck="false"
      autocomplete="off"
      placeholder=${t('Find')}
      aria-label=${t('Find in the log')}
      .value=${text}
      @input=${(event: Event) => find((event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') showMatch(event.shiftKey ? -1 : 1)
        else if (event.key === 'Escape') closeSearch()
      }}
    />
    <span class="hint" role="status">${said}</span>
  </div>`
}

function logState(view: HistoryView): TemplateResult | typeof nothing {
  const { log, droppedLines } = view
  if (log.kind === 'loading') return html`<p class="hint">${t('Loading the log…')}</p>`
  if (log.kind === 'failed')
    return notice(failure(t('The log could not be loaded'), log.error, [{ label: t('Retry'), run: view.reloadLog }]))
  if (droppedLines > 0)
    return html`<p class="hint">
      ${t('The last {0} lines.', keptLines.toLocaleString())}
      <button class="link" @click=${() => view.openInOutput(view.selected?.execution?.id)}>${t('Open the whole log in an output channel')}</button>
    </p>`
  return nothing
}

/** Why no line will come. */
function logEnd({ log }: HistoryView): TemplateResult {
  return html`<p class="hint log-end" role="status">${log.kind === 'ready' ? log.end : nothing}</p>`
}

function details(view: HistoryView, entry: LedgerEntry, execution: ExecutionSummary): TemplateResult {
  const { clock, now } = view
  const started = Date.parse(execution.startedAt)
  const text = entryText(entry, clock, now)
  const fact = (label: string, value: string | TemplateResult | undefined) =>
    value === undefined ? nothing : html`<div><dt>${label}</dt><dd>${value}</dd></div>`
  const moment = (instant: string | undefined) =>
    instant === undefined
      ? undefined
      : html`<time datetime=${instant}>${clock.full(Date.parse(instant))}</time> <span class="hint">(${relativeText(Date.parse(instant), now)})</span>`
  return html`<div class="pane details" role="region" tabindex="0" aria-label=${t('Details of the run')}>
    <dl>
      ${fact(t('Outcome'), text.outcome)} ${fact(t('Reason'), execution.reason)}
      ${fact(t('Exit code'), execution.exitCode?.toString())} ${fact(t('Trigger'), text.trigger)}
      ${fact(t('Scheduled'), moment(execution.scheduledAt))} ${fact(t('Started'), moment(execution.startedAt))}
      ${fact(t('Completed'), moment(execution.completedAt))}
      ${Object.entries(changeTexts(execution)).map(([label, value]) => fact(label, html`<code>${value}</code>`))}
      ${fact(t('Duration'), Number.isNaN(started) ? undefined : spanText(durationOf(execution, now)))}
      ${fact(t('Job'), execution.jobName)} ${fact(t('Run id'), execution.id)}
    </dl>
    <h3>${t('Attempts')}</h3>
    <table>
      <thead>
        <tr>
          <th scope="col">${t('No.')}</th>
          <th scope="col">${t('Started')}</th>
          <th scope="col">${t('Duration')}</th>
          <th scope="col">${t('Ended')}</th>
        </tr>
      </thead>
      <tbody>
        ${execution.attempts.map(
          attempt =>
            html`<tr>
              <td>${attempt.number}</td>
              <td>${clock.date(Date.parse(attempt.startedAt))} ${clock.time(Date.parse(attempt.startedAt))}</td>
              <td>${spanText((attempt.completedAt === undefined ? now : Date.parse(attempt.completedAt)) - Date.parse(attempt.startedAt))}</td>
              <td>${endOf(attempt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** What it was run with instead of what its CronJob says, by its label; words quoted as in a shell. */
function changeTexts({ changes }: ExecutionSummary): Readonly<Record<string, string>> {
  if (changes === undefined) return {}
  const { args, environment, image } = changes
  const variables = Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`)
  return {
    ...(args === undefined ? {} : { [t('Run with arguments')]: args.length === 0 ? t('none') : writeWords(args) }),
    ...(variables.length === 0 ? {} : { [t('Run with variables')]: writeWords(variables) }),
    ...(image === undefined ? {} : { [t('Run with image')]: image }),
  }
}

function endOf(attempt: Attempt): string {
  if (attempt.signal !== undefined) return t('ended by {0}', attempt.signal)
  if (attempt.exitCode !== undefined) return t('exit {0}', attempt.exitCode)
  return attempt.completedAt === undefined ? t('running') : t('ended')
}
