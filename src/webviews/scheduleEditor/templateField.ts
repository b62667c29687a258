import { nothing, type TemplateResult } from 'lit'
import type { Application } from '../../contract/applications.ts'
import { selectField } from '../ui/field.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf } from './editorView.ts'
import { isCopy } from './modelForm.ts'

/** The application that the form copies. */
export const copiedFrom = ({ form, applications }: EditorView): Application | undefined =>
  isCopy(form) ? applications.find(({ id }) => id === form.templateAppId) : undefined

/** What a new CronJob copies; where there is nothing to copy, nothing is asked. */
export function templateField(view: EditorView): TemplateResult | typeof nothing {
  const { mode, applications, form, inCluster } = view
  if (mode !== 'create' || applications.length === 0) return nothing
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
