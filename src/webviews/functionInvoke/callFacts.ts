import { html, nothing, type TemplateResult } from 'lit'
import type { Invocation } from '../../contract/invocations.ts'
import { icon } from '../ui/icon.ts'
import { t } from '../ui/text.ts'
import { callSpan, sizeText } from './modelAnswer.ts'

/** What is known of a call; nothing is shown for what is not. */
export interface Facts {
  readonly status: number | undefined
  readonly isFailed: boolean
  readonly milliseconds: number | undefined
  readonly bytes: number | undefined
  readonly record: Invocation | undefined
}

/** "200 · 7.9 ms · warm · 31 B · rev 7 · strict" */
export function callFacts({ status, isFailed, milliseconds, bytes, record }: Facts): TemplateResult {
  const fact = (meaning: string, value: string | undefined) =>
    value === undefined ? nothing : html`<li title=${meaning}><span class="hidden">${meaning}: </span>${value}</li>`
  const isServed = record !== undefined && record.outcome !== 'running'
  return html`<ul class="facts" aria-label=${t('About this call')}>
    ${
      status === undefined
        ? nothing
        : html`<li class=${isFailed ? 'failed' : 'succeeded'} title=${t('Status')}>
            ${icon(isFailed ? 'error' : 'pass')} <span class="hidden">${t('Status')}: </span><b>${status}</b>
          </li>`
    }
    ${fact(t('From sending to the last byte'), milliseconds === undefined ? undefined : callSpan(milliseconds))}
    ${fact(t('Waited for a process'), isServed && record.queueMs > 0 ? t('waited {0}', callSpan(record.queueMs)) : undefined)}
    ${fact(t('Start of the process'), isServed ? (record.coldStart ? t('cold') : t('warm')) : undefined)}
    ${fact(t('Size of the answer'), bytes === undefined ? undefined : sizeText(bytes))}
    ${fact(t('Revision'), isServed ? t('rev {0}', record.revision) : undefined)}
    ${fact(t('Sandbox'), isServed ? sandboxText(record.sandbox) : undefined)}
  </ul>`
}

const sandboxText = (level: string | undefined): string | undefined => (level === 'none' ? t('no sandbox') : level)
