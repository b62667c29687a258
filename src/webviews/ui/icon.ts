import { html, type TemplateResult } from 'lit'

/** A codicon that only repeats what the text beside it says. */
export const icon = (name: string): TemplateResult =>
  html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`
