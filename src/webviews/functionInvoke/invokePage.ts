import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../ui/icon.ts'
import { notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { answerSection } from './answerSection.ts'
import { callLog } from './callLog.ts'
import type { InvokeView } from './invokeView.ts'
import { callSpan, failureOf } from './modelAnswer.ts'
import { payloadSection } from './payloadSection.ts'
import { recentCalls } from './recentCalls.ts'
import { recordSection } from './recordSection.ts'

/** The page once it knows its function. */
export function invokePage(view: InvokeView, logElement: HTMLElement): TemplateResult {
  return html`<main>
    ${header(view)}
    <div class="notices" role="status">${view.notices.map(notice)}</div>
    <div class="columns">
      <div class="work">
        ${view.isDeleted ? nothing : payloadSection(view)} ${shown(view)}
        ${hasLog(view) ? callLog(view, logElement) : nothing}
      </div>
      ${recentCalls(view)}
    </div>
    <p class="hidden" role="status">${spoken(view)}</p>
  </main>`
}

function header(view: InvokeView): TemplateResult {
  const { fn, isDeleted, isRunning } = view
  const facts = [
    fn.runtime,
    fn.revision > 0 ? t('rev {0}', fn.revision) : t('no revision serves'),
    ...(fn.debugging ? [t('being debugged')] : []),
    ...(fn.replicas === 0 && fn.revision > 0 && !fn.debugging ? [t('scaled to zero')] : []),
  ]
  const keys = isMac() ? '⌘↵' : 'Ctrl+Enter'
  return html`<header>
    <div class="title">
      <h1>${fn.name}</h1>
      <p class="hint">${isDeleted ? t('deleted') : facts.join(' · ')}</p>
    </div>
    ${
      isDeleted
        ? nothing
        : html`<div class="actions">
            <hks-button id="cancel" appearance="secondary" ?hidden=${!isRunning} @click=${view.cancel}
              ><span slot="start">${icon('debug-stop')}</span>${t('Cancel')}</hks-button
            >
            <hks-button id="invoke" appearance="primary" title=${keys} ?disabled=${isRunning} @click=${view.invoke}
              ><span slot="start">${icon('play')}</span>${t('Invoke')}</hks-button
            >
          </div>`
    }
  </header>`
}

/** A call that did not reach its function wrote nothing. */
const hasLog = ({ call, record, isRunning }: InvokeView): boolean =>
  record !== undefined || isRunning || call?.answer !== undefined || call?.record !== undefined

function shown(view: InvokeView): TemplateResult {
  const { call, record } = view
  if (record !== undefined) return recordSection(view, record)
  if (call !== undefined) return answerSection(view, call)
  const keys = isMac() ? '⌘↵' : 'Ctrl+Enter'
  return html`<p class="hint nothing-yet">${t('The answer is shown here. {0} invokes from anywhere on this page.', keys)}</p>`
}

/** What a screen reader says when a call begins and ends. */
function spoken({ call, isRunning }: InvokeView): string {
  if (isRunning) return t('Running')
  if (call?.elapsed === undefined) return ''
  const failure = failureOf(call)
  if (failure?.code === 'CANCELLED') return t('Cancelled')
  if (failure !== undefined) return t('Failed: {0}', failure.message)
  return t('Answered {0} after {1}', call.answer?.status ?? '', callSpan(call.elapsed))
}

const isMac = (): boolean => navigator.userAgent.includes('Mac')
