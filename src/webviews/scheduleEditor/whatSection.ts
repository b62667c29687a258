import { html, nothing, type TemplateResult } from 'lit'
import { describedBy, field, fieldNote, segments, selectField, textField } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { t } from '../ui/text.ts'
import { type EditorView, idOf } from './editorView.ts'
import { hasNoCommand, isCopy, type Row, type WorkKind } from './modelForm.ts'
import { copiedFrom, templateField } from './templateField.ts'

/** What a run does: a command line, a program with its arguments or a function; its environment and secrets. */
export function whatSection(view: EditorView): TemplateResult {
  const { form } = view
  const hasFunctions = form.work === 'function' || view.init.functions.length > 0
  const kinds = [
    { value: 'shell', label: t('Shell command') },
    { value: 'program', label: t('Program and arguments') },
    ...(hasFunctions ? [{ value: 'function', label: t('Function') }] : []),
  ]
  const work = { shell: shellField, program: programField, function: functionFields }[form.work]
  return html`${segments({
    name: 'work',
    label: t('What runs'),
    value: form.work,
    choices: kinds,
    onChange: kind => view.set({ work: kind as WorkKind }),
  })}
  ${form.work === 'function' ? nothing : templateField(view)}
  ${view.inCluster && form.work !== 'function' ? imageField(view) : nothing} ${work(view)} ${rows(view, 'environment')} ${rows(view, 'secrets')}`
}

/** One line for the folded section. */
export function whatSummary({ form, init, applications, inCluster }: EditorView): string {
  const copied = isCopy(form) ? applications.find(({ id }) => id === form.templateAppId) : undefined
  if (copied && hasNoCommand(form)) return copied.name
  if (form.work === 'function') return init.functions.find(one => one.id === form.functionId)?.name ?? ''
  const command = form.work === 'shell' ? form.shell : form.parts.join(' ')
  return [inCluster ? form.image : '', command].filter(text => text !== '').join(' · ')
}

function imageField(view: EditorView): TemplateResult {
  return textField({
    id: idOf('image'),
    label: t('Image'),
    value: view.form.image,
    placeholder: copiedFrom(view)?.image ?? 'registry.example.com/team/backup:1.2',
    monospace: true,
    problem: view.problem('image'),
    hint: copiedFrom(view)
      ? t('Empty: that of the application.')
      : t('The container runs it. A command below replaces that of the image.'),
    onInput: image => view.set({ image }),
    onLeave: () => view.leave('image'),
  })
}

function shellField(view: EditorView): TemplateResult {
  const id = idOf('command')
  const problem = view.problem('command')
  return field(
    {
      id,
      label: t('Command'),
      problem,
      hint: copiedFrom(view)
        ? t('Empty: that of the application.')
        : view.inCluster
          ? t('Run by sh -c in the container: pipes, && and $VARIABLES work. Empty: the command of the image.')
          : t('Run by sh -c in the project folder: pipes, && and $VARIABLES work.'),
    },
    html`<textarea
      id=${id}
      class="monospace grow"
      rows="1"
      spellcheck="false"
      placeholder="./backup.sh --full"
      aria-invalid=${problem ? 'true' : nothing}
      aria-describedby=${describedBy(id)}
      .value=${view.form.shell}
      @input=${(event: Event) => view.set({ shell: (event.target as HTMLTextAreaElement).value })}
      @blur=${() => view.leave('command')}
    ></textarea>`,
  )
}

function programField(view: EditorView): TemplateResult {
  const { parts } = view.form
  const id = idOf('command')
  const problem = view.problem('command')
  const set = (next: readonly string[]) => view.set({ parts: next })
  return html`<div class="field">
    <span class="label" id="${id}-label">${t('Program and arguments')}</span>
    <div role="group" aria-labelledby="${id}-label" class="rows parts">
      ${parts.map(
        (part, i) =>
          html`<div class="row">
            <textarea
              id=${i === 0 ? id : `${id}-${i}`}
              class="monospace grow"
              rows="1"
              spellcheck="false"
              aria-label=${i === 0 ? t('Program') : t('Argument {0}', i)}
              placeholder=${i === 0 ? t('Program, such as python3') : t('Argument {0}', i)}
              aria-invalid=${i === 0 && problem ? 'true' : nothing}
              aria-describedby=${describedBy(id)}
              .value=${part}
              @input=${(event: Event) => set(parts.with(i, (event.target as HTMLTextAreaElement).value))}
              @blur=${() => view.leave('command')}
              @keydown=${(event: KeyboardEvent) => {
                // Enter goes on to the next argument; a line break inside one is Shift+Enter.
                if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey) return
                event.preventDefault()
                set(parts.toSpliced(i + 1, 0, ''))
                focusLater(event.target as HTMLElement, `#${id}-${i + 1}`)
              }}
            ></textarea>
            ${
              i === 0
                ? nothing
                : remove(t('Remove argument {0}', i), event => {
                    set(parts.toSpliced(i, 1))
                    focusLater(event.target as HTMLElement, i === 1 ? `#${id}` : `#${id}-${i - 1}`)
                  })
            }
          </div>`,
      )}
    </div>
    ${fieldNote(id, problem, t('Started directly, without a shell: each row reaches the program as it is.'))}
    ${add(t('Add argument'), event => {
      set([...parts, ''])
      focusLater(event.target as HTMLElement, `#${id}-${parts.length}`)
    })}
  </div>`
}

function functionFields(view: EditorView): TemplateResult {
  const id = idOf('payload')
  const problem = view.problem('payload')
  const offered = view.init.functions.filter(one => one.projectId === view.form.projectId)
  return html`${selectField({
    id: idOf('functionId'),
    label: t('Function'),
    value: view.form.functionId,
    problem: view.problem('functionId'),
    choices: [{ value: '', label: t('Choose…') }, ...offered.map(one => ({ value: one.id, label: one.name }))],
    onChange: functionId => {
      view.set({ functionId })
      view.leave('functionId')
    },
  })}
  ${field(
    { id, label: t('Payload'), problem, hint: t('JSON that each call gets; empty for none.') },
    html`<textarea
      id=${id}
      class="monospace grow"
      rows="2"
      spellcheck="false"
      aria-invalid=${problem ? 'true' : nothing}
      aria-describedby=${describedBy(id)}
      .value=${view.form.payload}
      @input=${(event: Event) => view.set({ payload: (event.target as HTMLTextAreaElement).value })}
      @blur=${() => view.leave('payload')}
    ></textarea>`,
  )}`
}

function rows(view: EditorView, kind: 'environment' | 'secrets'): TemplateResult {
  const list = view.form[kind]
  const set = (next: readonly Row[]) => view.set(kind === 'environment' ? { environment: next } : { secrets: next })
  const words =
    kind === 'environment'
      ? {
          label: t('Environment'),
          value: t('Value'),
          add: t('Add variable'),
          hint: t('Plain values, shown to everybody who may see this CronJob.'),
        }
      : {
          label: t('Secrets'),
          value: t('Secret and key'),
          add: t('Add secret'),
          hint: t('Variables whose values stay in the project’s secrets.'),
        }
  const id = `field-${kind}`
  return html`<div class="field">
    <span class="label" id="${id}-label">${words.label}</span>
    <div role="group" aria-labelledby="${id}-label" class="rows">
      ${list.map((row, i) => {
        const cell = (part: 'name' | 'value', label: string, placeholder: string) => {
          const path = `${kind}.${i}.${part}` as const
          const problem = view.problem(path)
          return html`<div class="cell">
            <input
              id=${idOf(path)}
              type="text"
              class="monospace"
              autocomplete="off"
              spellcheck="false"
              aria-label="${label} ${i + 1}"
              placeholder=${placeholder}
              aria-invalid=${problem ? 'true' : nothing}
              aria-describedby=${describedBy(idOf(path))}
              .value=${row[part]}
              @input=${(event: Event) => set(list.with(i, { ...row, [part]: (event.target as HTMLInputElement).value }))}
              @blur=${() => view.leave(path)}
            />
            ${fieldNote(idOf(path), problem)}
          </div>`
        }
        return html`<div class="row pair">
          ${cell('name', t('Name of variable'), 'NAME')} ${cell('value', words.value, kind === 'environment' ? t('value') : 'database/password')}
          ${
            kind === 'environment'
              ? nothing
              : html`<hks-button appearance="icon" aria-label=${t('Choose a secret for row {0}', i + 1)} title=${t('Choose a secret')} @click=${() => view.pickSecret(i)}
                  >${icon('key')}</hks-button
                >`
          }
          ${remove(t('Remove {0}', row.name || t('row {0}', i + 1)), event => {
            set(list.toSpliced(i, 1))
            focusLater(event.target as HTMLElement, `#${id}-add`)
          })}
        </div>`
      })}
    </div>
    ${list.length === 0 ? html`<div class="hint">${words.hint}</div>` : nothing}
    ${add(
      words.add,
      event => {
        set([...list, { name: '', value: '' }])
        focusLater(event.target as HTMLElement, `#${idOf(`${kind}.${list.length}.name`)}`)
      },
      `${id}-add`,
    )}
  </div>`
}

const add = (label: string, run: (event: Event) => void, id?: string): TemplateResult =>
  html`<hks-button id=${id ?? nothing} appearance="secondary" class="add" @click=${run}><span slot="start">${icon('add')}</span>${label}</hks-button>`

const remove = (label: string, run: (event: Event) => void): TemplateResult =>
  html`<hks-button appearance="icon" aria-label=${label} title=${label} @click=${run}>${icon('close')}</hks-button>`

/** Moves the focus to an element that the next rendering makes. */
function focusLater(near: HTMLElement, selector: string): void {
  const root = near.getRootNode() as Document
  requestAnimationFrame(() => root.querySelector<HTMLElement>(selector)?.focus())
}
