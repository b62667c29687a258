import { html, nothing, type TemplateResult } from 'lit'
import type { Application, NotCopied, RefusedKind } from '../../contract/applications.ts'
import { selectField } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf } from './editorView.ts'
import { isCopy } from './modelForm.ts'

/** The application that the form copies. */
export const copiedFrom = ({ form, applications }: EditorView): Application | undefined =>
  isCopy(form) ? applications.find(({ id }) => id === form.templateAppId) : undefined

/** What a new CronJob copies, and what is not offered; where there is nothing to copy, nothing is asked. */
export function templateField(view: EditorView): TemplateResult | typeof nothing {
  const { mode, applications, refused } = view
  if (mode !== 'create') return nothing
  const unseen = refused.length === 0 ? nothing : unseenNote(refused)
  if (applications.length === 0) return html`${unseen}`
  const copied = copiedFrom(view)
  const left = copied?.notCopied ? notCopiedNote(copied.notCopied) : nothing
  return html`<div class="together">${choice(view)} ${left} ${unseen}</div>`
}

function choice(view: EditorView): TemplateResult {
  const { applications, form, inCluster } = view
  const copied = copiedFrom(view)
  return selectField({
    id: idOf('templateAppId'),
    label: t('Made of'),
    value: form.templateAppId,
    problem: view.problem('templateAppId'),
    hint: copied ? summary(copied) : t('An application whose settings it takes; what is written here comes first.'),
    choices: [
      { value: '', label: inCluster ? t('An image of its own') : t('A command of its own') },
      ...applications.map(({ id, kind, name }) => ({ value: id, label: `${name} (${kindNames()[kind]})` })),
    ],
    onChange: templateAppId => {
      view.set({ templateAppId })
      view.leave('templateAppId')
    },
  })
}

function notCopiedNote(parts: readonly NotCopied[]): TemplateResult {
  const names = parts.map(({ kind, name }) => partNames()[kind](name)).join(', ')
  return html`<div class="hint noted" role="status">${icon('info')} ${t('Not copied, so a run has to do without: {0}.', names)}</div>`
}

const partNames = (): Readonly<Record<NotCopied['kind'], (name: string) => string>> => ({
  volume: name => t('volume {0}', name),
  container: name => t('container {0}', name),
  initContainer: name => t('init container {0}', name),
})

/** One line: the sentence of the cluster where one kind is meant, else the kinds. */
function unseenNote(refused: readonly RefusedKind[]): TemplateResult {
  const sentences = refused.map(({ message }) => message)
  const kinds = refused.map(({ kind }) => kindNames()[kind])
  const text =
    kinds.length === 1 ? sentences[0]! : t('You may not list these here, so none is offered: {0}.', kinds.join(', '))
  return html`<div class="hint noted" title=${sentences.join('\n')}>${icon('lock')} ${text}</div>`
}

const kindNames = (): Readonly<Record<Application['kind'], string>> => ({
  Deployment: 'Deployment',
  StatefulSet: 'StatefulSet',
  Pod: 'Pod',
  CronJob: 'CronJob',
  Command: t('named command'),
})

function summary({ image, command, args, environment, secrets }: Application): string {
  const words = [...command, ...args].join(' ')
  const variables = Object.keys(environment).length + secrets.length
  return [
    ...(image === undefined ? [] : [image]),
    ...(words === '' ? [] : [words.length > 80 ? `${words.slice(0, 80)}…` : words]),
    variables === 1 ? t('1 variable') : t('{0} variables', variables),
  ].join(' · ')
}
