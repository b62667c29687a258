import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Invocation } from '../../contract/invocations.ts'
import { icon } from '../ui/icon.ts'
import { failure, notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { relativeText } from '../ui/times.ts'
import type { InvokeView } from './invokeView.ts'
import { callText } from './modelAnswer.ts'

const icons: Readonly<Record<Invocation['outcome'], string>> = { running: 'sync', succeeded: 'pass', failed: 'error' }

/** The last calls of the function, whoever made them; each can be looked at, and replayed if it was made with invoke. */
export function recentCalls(view: InvokeView): TemplateResult {
  const { calls, older } = view
  return html`<section class="recent" aria-labelledby="recent-title">
    <h2 id="recent-title">${t('Recent calls')}</h2>
    ${
      calls.length === 0
        ? html`<p class="hint">${t('Nobody has called it yet.')}</p>`
        : html`<ul>
            ${repeat(
              calls,
              call => call.id,
              call => row(view, call),
            )}
          </ul>`
    }
    ${older.kind === 'there' ? html`<button class="link" @click=${view.loadOlder}>${t('Show older calls')}</button>` : nothing}
    ${older.kind === 'loading' ? html`<p class="hint">${t('Loading older calls…')}</p>` : nothing}
    ${
      older.kind === 'failed'
        ? notice(
            failure(t('Older calls could not be loaded'), older.error, [{ label: t('Retry'), run: view.loadOlder }]),
          )
        : nothing
    }
  </section>`
}

function row(view: InvokeView, call: Invocation): TemplateResult {
  const { clock, now, shownId } = view
  const started = Date.parse(call.startedAt)
  const isShown = call.id === shownId
  const replay = t('Replay the call of {0}', clock.second(started))
  const by = { invoke: '', url: t('URL'), schedule: t('schedule') }[call.source]
  return html`<li class="${call.outcome} ${isShown ? 'shown' : ''}">
    <button class="row" aria-current=${isShown ? 'true' : nothing} @click=${() => view.select(call.id)}>
      ${icon(icons[call.outcome])}
      <time datetime=${call.startedAt} title="${clock.full(started)}, ${relativeText(started, now)}">${clock.second(started)}</time>
      <span class="hidden">${outcomeText(call)}</span>
      <span class="row-text" title=${callText(call, now)}>${callText(call, now)}</span>
      ${call.outcome !== 'running' && call.coldStart ? html`<span class="hint">${t('cold')}</span>` : nothing}
      ${by === '' ? nothing : html`<span class="hint">${by}</span>`}
    </button>
    ${
      view.isDeleted || call.source !== 'invoke'
        ? nothing
        : html`<hks-button appearance="icon" aria-label=${replay} title=${replay} @click=${() => view.replay(call.id)}
            >${icon('debug-restart')}</hks-button
          >`
    }
  </li>`
}

function outcomeText({ outcome }: Invocation): string {
  if (outcome === 'running') return t('running')
  return outcome === 'succeeded' ? t('succeeded') : t('failed')
}
