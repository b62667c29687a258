import { html, nothing, type TemplateResult } from 'lit'
import { HksError } from '../../contract/errors.ts'
import { icon } from './icon.ts'

/** How much a notice matters; told by icon and colour. */
export type Severity = 'info' | 'warning' | 'error' | 'success'

/** A sentence with what can be done about it. */
export interface Notice {
  readonly severity: Severity
  readonly text: string | TemplateResult
  /** What to do next, as a sentence. */
  readonly hint?: string | undefined
  readonly actions?: readonly NoticeAction[]
}

/** A button of a notice. */
export interface NoticeAction {
  readonly label: string
  readonly run: () => void
  readonly primary?: true
}

const icons: Readonly<Record<Severity, string>> = { info: 'info', warning: 'warning', error: 'error', success: 'pass' }

/** Shows a notice. Live regions are up to the place it stands in. */
export function notice({ severity, text, hint, actions = [] }: Notice): TemplateResult {
  return html`<div class="notice ${severity}">
    ${icon(icons[severity])}
    <div class="notice-text">
      <span>${text}</span>
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}
    </div>
    ${
      actions.length === 0
        ? nothing
        : html`<div class="notice-actions">
            ${actions.map(
              action =>
                html`<hks-button appearance=${action.primary ? 'primary' : 'secondary'} @click=${action.run}
                  >${action.label}</hks-button
                >`,
            )}
          </div>`
    }
  </div>`
}

/** The notice of a failure: what failed, why, what to do. */
export function failure(what: string, error: unknown, actions: readonly NoticeAction[] = []): Notice {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    severity: 'error',
    text: `${what}: ${reason}`,
    hint: error instanceof HksError ? error.hint : undefined,
    actions,
  }
}
