import { html, nothing, type TemplateResult } from 'lit'
import type { CallAnswer, PanelCall } from '../../contract/functionInvoke.ts'
import { icon } from '../ui/icon.ts'
import { t } from '../ui/text.ts'
import { callFacts, type Facts } from './callFacts.ts'
import type { InvokeView } from './invokeView.ts'
import { failureOf, shownText, sizeText, stopwatch, typeOf } from './modelAnswer.ts'

/** The answer of the call made here, as far as it has come. */
export function answerSection(view: InvokeView, call: PanelCall): TemplateResult {
  const { answer, elapsed } = call
  return html`<section class="answer" aria-labelledby="answer-title">
    <div class="section-head">
      <h2 id="answer-title">${t('Answer')}</h2>
      ${
        elapsed === undefined
          ? html`<span class="running-for"
              >${icon('sync')} ${t('Running {0}', stopwatch(view.now - Date.parse(call.startedAt)))}</span
            >`
          : nothing
      }
      ${callFacts(factsOf(call))}
      <span class="spring"></span>
      ${answer === undefined || answer.bytes === 0 || answer.code !== undefined ? nothing : answerActions(view, answer)}
    </div>
    ${failure(call)} ${answer === undefined ? nothing : html`${body(view, answer, elapsed !== undefined)} ${headers(answer)}`}
  </section>`
}

function factsOf({ answer, elapsed, record }: PanelCall): Facts {
  return {
    status: answer?.status,
    isFailed: answer?.code !== undefined || (answer?.status ?? 0) >= 500,
    milliseconds: elapsed,
    bytes: answer?.bytes,
    record,
  }
}

function failure(call: PanelCall): TemplateResult | typeof nothing {
  const found = failureOf(call)
  if (found === undefined) return nothing
  if (found.code === 'CANCELLED') return html`<p class="hint">${t('The call was cancelled.')}</p>`
  return html`<div class="notice error">
    ${icon('error')}
    <div class="notice-text">
      <span>${found.message}</span>
      <span class="hint"><code>${found.code}</code>${found.hint ? html` ${found.hint}` : nothing}</span>
      ${
        found.stack
          ? html`<pre class="stack monospace" tabindex="0" role="region" aria-label=${t('Stack of the exception')}>${found.stack}</pre>`
          : nothing
      }
    </div>
  </div>`
}

function body(view: InvokeView, answer: CallAnswer, hasEnded: boolean): TemplateResult | typeof nothing {
  // What the platform says of a failure is shown above, in words.
  if (answer.code !== undefined) return nothing
  if (answer.bytes === 0) return hasEnded ? html`<p class="hint">${t('The answer is empty.')}</p>` : nothing
  if (answer.text === undefined) {
    const type = typeOf(answer.headers)
    const size = sizeText(answer.bytes)
    return html`<p class="hint">${type === '' ? t('{0}, not text.', size) : t('{0} of {1}, not text.', size, type)}</p>
      ${notKept(view, answer)}`
  }
  return html`<pre
      class="body monospace ${view.wraps ? 'wrap' : ''}"
      tabindex="0"
      role="region"
      aria-label=${t('Text of the answer')}
    >${shownText(answer, hasEnded)}</pre>
    ${
      answer.isCut
        ? html`<p class="hint">
            ${t('The first {0} of {1}.', sizeText(answer.text.length), sizeText(answer.bytes))}
            <button class="link" @click=${view.openAnswer}>${t('Open in an editor')}</button>
          </p>`
        : nothing
    }
    ${notKept(view, answer)}`
}

function headers(answer: CallAnswer): TemplateResult {
  const all = Object.entries(answer.headers).sort(([a], [b]) => (a < b ? -1 : 1))
  return html`<details class="headers">
    <summary>${t('Headers ({0})', all.length)}</summary>
    <dl>
      ${all.map(([name, value]) => html`<div><dt>${name}</dt><dd class="monospace">${value}</dd></div>`)}
    </dl>
  </details>`
}

function notKept({ fn }: InvokeView, { isKept }: CallAnswer): TemplateResult | typeof nothing {
  if (isKept) return nothing
  return html`<p class="hint">
    ${t('It is larger than the editor keeps; the whole comes with')} <code>hks-func invoke ${fn.name}</code>.
  </p>`
}

function answerActions(view: InvokeView, { text }: CallAnswer): TemplateResult {
  const button = (name: string, label: string, run: () => void) =>
    html`<hks-button appearance="icon" aria-label=${label} title=${label} @click=${run}>${icon(name)}</hks-button>`
  return html`<span class="together">
    ${
      text === undefined
        ? nothing
        : html`${button('copy', t('Copy the answer'), view.copyAnswer)}
          ${button('go-to-file', t('Open the answer in an editor'), view.openAnswer)}`
    }
    ${button('save', t('Save the answer to a file'), view.saveAnswer)}
  </span>`
}
