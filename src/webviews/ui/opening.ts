import { html, nothing, type TemplateResult } from 'lit'
import { failure, notice } from './notice.ts'
import { t } from './text.ts'

/** A page that waits for what it shows. */
export const loadingPage = (): TemplateResult =>
  html`<main class="loading" aria-busy="true"><hks-progress-ring></hks-progress-ring><p>${t('Loading…')}</p></main>`

/** A page that could not be opened, and the way to try again. `title` is a sentence without a full stop. */
export const failedPage = (title: string, error: unknown, retry: () => void, layout?: string): TemplateResult =>
  html`<main class=${layout ?? nothing}>${notice(failure(title, error, [{ label: t('Retry'), run: retry }]))}</main>`
