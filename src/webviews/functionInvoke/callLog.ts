import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../ui/icon.ts'
import { keptLines } from '../ui/logLines.ts'
import { failure, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import type { InvokeView } from './invokeView.ts'

/** The log of the call that is shown. */
export function callLog(view: InvokeView, logElement: HTMLElement): TemplateResult {
  const { log, logLines, wraps } = view
  const open = t('Open in an output channel')
  return html`<section class="call-log" aria-labelledby="log-title">
    <div class="section-head">
      <h2 id="log-title">${t('Log of this call')}</h2>
      <span class="spring"></span>
      <hks-checkbox ?checked=${wraps} @change=${(event: Event) => view.setWraps((event.target as HTMLInputElement).checked)}
        >${t('Wrap')}</hks-checkbox
      >
      <hks-button appearance="icon" aria-label=${open} title=${open} @click=${view.openLog}>${icon('output')}</hks-button>
    </div>
    ${state(view)}
    <div ?hidden=${logLines === 0}>${logElement}</div>
    ${
      logLines === 0 && log.kind === 'ready'
        ? html`<p class="hint">${noLine(view, log.end !== undefined)}</p>`
        : nothing
    }
  </section>`
}

function noLine({ fn }: InvokeView, hasEnded: boolean): string {
  if (fn.image !== undefined) return t('What an image writes belongs to no call: it is in the log of the function.')
  return hasEnded ? t('It wrote no line.') : t('No line yet.')
}

function state({ log, droppedLines, openLog, reloadLog }: InvokeView): TemplateResult | typeof nothing {
  if (log.kind === 'loading') return html`<p class="hint">${t('Loading the log…')}</p>`
  if (log.kind === 'failed')
    return notice(failure(t('The log could not be loaded'), log.error, [{ label: t('Retry'), run: reloadLog }]))
  if (droppedLines === 0) return nothing
  return html`<p class="hint">
    ${t('The last {0} lines.', keptLines.toLocaleString())}
    <button class="link" @click=${openLog}>${t('Open the whole log in an output channel')}</button>
  </p>`
}
