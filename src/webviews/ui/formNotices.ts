import { html, nothing } from 'lit'
import type { Notice } from './notice.ts'
import { t } from './text.ts'

/** Something that keeps a form from being saved. */
export interface FieldProblem<Field extends string> {
  readonly field: Field
  /** The field's label, for the list beside Save. */
  readonly label: string
  /** What is wrong and what would be right. */
  readonly message: string
}

/** What keeps the form from being saved: each field can be reached from here. */
export const problemsNotice = <Field extends string>(
  problems: readonly FieldProblem<Field>[],
  focus: (field: Field) => void,
): Notice => ({
  severity: 'error',
  text: html`${problems.length === 1 ? t('One thing to mend:') : t('{0} things to mend:', problems.length)}
    ${problems.map(
      (problem, i) =>
        html`${i > 0 ? ', ' : nothing}<button class="link" @click=${() => focus(problem.field)}>${problem.label}</button>`,
    )}`,
})

/** Cancel was asked with changes in the form. */
export const unsavedNotice = (keep: () => void, discard: () => void): Notice => ({
  severity: 'warning',
  text: t('Your changes are not saved.'),
  actions: [
    { label: t('Keep editing'), primary: true, run: keep },
    { label: t('Discard changes'), run: discard },
  ],
})
