import { html, nothing, type TemplateResult } from 'lit'
import type { Invocation, InvocationPayload } from '../../contract/invocations.ts'
import { icon } from '../ui/icon.ts'
import { failure, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { callFacts } from './callFacts.ts'
import type { InvokeView, ShownRecord } from './invokeView.ts'
import { sizeText } from './modelAnswer.ts'

/** An earlier call: what is known of it and what it was sent. */
export function recordSection(view: InvokeView, { call, sent }: ShownRecord): TemplateResult {
  const started = Date.parse(call.startedAt)
  return html`<section class="answer" aria-labelledby="answer-title">
    <div class="section-head">
      <h2 id="answer-title">${t('Call of {0}', `${view.clock.date(started)} ${view.clock.second(started)}`)}</h2>
      ${callFacts({
        status: call.statusCode,
        isFailed: call.outcome === 'failed',
        milliseconds: call.durationMs,
        bytes: call.responseBytes,
        record: call,
      })}
      <span class="spring"></span>
      ${
        view.isDeleted || call.source !== 'invoke'
          ? nothing
          : html`<hks-button appearance="secondary" @click=${() => view.replay(call.id)}
              ><span slot="start">${icon('debug-restart')}</span>${t('Replay')}</hks-button
            >`
      }
    </div>
    ${
      call.message === undefined
        ? nothing
        : notice({ severity: 'error', text: call.message, ...(call.code === undefined ? {} : { hint: call.code }) })
    }
    ${payload(call, sent)}
    <p class="hint">${t('The answer of an earlier call is not kept.')}</p>
  </section>`
}

function payload(call: Invocation, sent: ShownRecord['sent']): TemplateResult {
  if (sent.kind === 'loading') return html`<p class="hint">${t('Loading…')}</p>`
  if (sent.kind === 'failed') return notice(failure(t('What it was sent could not be read'), sent.error))
  const { request } = sent
  if (request === undefined) return html`<p class="hint">${notKeptText(call)}</p>`
  if (request.body === '') return html`<p class="hint">${t('It was sent nothing.')}</p>`
  return html`<h3>${t('What it was sent')}</h3>
    <pre class="body monospace wrap" tabindex="0" role="region" aria-label=${t('What it was sent')}>${bodyText(request)}</pre>
    ${request.masked ? html`<p class="hint">${t('A secret in it is masked, so it cannot be sent again as it was.')}</p>` : nothing}`
}

/** Why what a call was sent cannot be shown. */
export function notKeptText({ source, requestBytes }: Invocation): string {
  if (source === 'url') return t('What was sent to the URL is not kept, so the call cannot be replayed.')
  if (source === 'schedule') return t('A CronJob made this call: its payload is in the CronJob.')
  if (requestBytes > largestKept)
    return t('What it was sent is not kept: {0}, and at most 64 KiB are.', sizeText(requestBytes))
  return t('What it was sent is not kept any more: of each function the last 20 payloads are.')
}

/** Bytes of what the gateway keeps of a request. */
const largestKept = 64 * 1024

const bodyText = ({ body, encoding }: InvocationPayload): string =>
  encoding === 'utf8' ? body : t('{0} of bytes, not text.', sizeText((body.length / 4) * 3))
