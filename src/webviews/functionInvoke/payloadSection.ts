import { html, nothing, type TemplateResult } from 'lit'
import { describedBy, segments, selectField, textField } from '../ui/field.ts'
import { icon } from '../ui/icon.ts'
import { t } from '../ui/text.ts'
import type { InvokeView } from './invokeView.ts'
import type { Draft } from './modelDraft.ts'

const id = 'payload'

/** What is sent: kind, editor with what is wrong in it, and the payloads that are kept. */
export function payloadSection(view: InvokeView): TemplateResult {
  const { draft } = view
  return html`<section class="payload" aria-labelledby="payload-title">
    <div class="section-head">
      <h2 id="payload-title">${t('Payload')}</h2>
      ${segments({
        name: 'kind',
        label: t('Kind of payload'),
        value: draft.kind,
        choices: [
          { value: 'json', label: t('JSON') },
          { value: 'text', label: t('Text') },
          { value: 'empty', label: t('Empty') },
        ],
        onChange: kind => view.edit({ kind: kind as Draft['kind'] }),
      })}
      <span class="spring"></span>
      ${savedPayloads(view)}
    </div>
    ${draft.kind === 'empty' ? html`<p class="hint">${t('Nothing is sent; the handler gets null.')}</p>` : editor(view)}
  </section>`
}

function editor(view: InvokeView): TemplateResult {
  const { draft, problem } = view
  const isJson = draft.kind === 'json'
  const fault = problem?.field === 'json' ? problem.problem : undefined
  const typeFault = problem?.field === 'contentType' ? problem.message : undefined
  return html`${
    isJson
      ? nothing
      : textField({
          id: 'contentType',
          label: t('Content type'),
          value: draft.contentType,
          monospace: true,
          problem: typeFault,
          hint: t('text/… reaches the handler as text, other types as bytes.'),
          onInput: contentType => view.edit({ contentType }),
        })
  }
    <div class="field">
      <label for=${id} class="hidden">${isJson ? t('Payload as JSON') : t('Payload as text')}</label>
      <hks-payload
        .inputId=${id}
        .value=${isJson ? draft.json : draft.text}
        .fault=${fault?.offset}
        .describedBy=${describedBy(id)}
        @edit=${(event: CustomEvent<string>) => view.edit(isJson ? { json: event.detail } : { text: event.detail })}
      ></hks-payload>
      <div class="payload-foot">
        <div id=${describedBy(id)} class=${fault ? 'problem' : 'hint'}>
          ${
            fault === undefined
              ? nothing
              : html`<span class="codicon codicon-error" aria-hidden="true"></span
                  ><button class="link" @click=${view.goToProblem}>${t('Line {0}, column {1}', fault.line, fault.column)}</button>:
                  ${fault.message}`
          }
        </div>
        <span class="spring"></span>
        ${isJson ? html`<button class="link" @click=${view.format}>${t('Format')}</button>` : nothing}
        <button class="link" @click=${view.copyCurl}>${t('Copy as curl')}</button>
      </div>
    </div>`
}

function savedPayloads(view: InvokeView): TemplateResult {
  const { saved, savedName } = view
  const button = (name: string, label: string, run: () => void) =>
    html`<hks-button appearance="icon" aria-label=${label} title=${label} @click=${run}>${icon(name)}</hks-button>`
  return html`<div class="saved">
    ${
      saved.length === 0
        ? nothing
        : selectField({
            id: 'saved',
            label: t('Saved payloads'),
            class: 'inline',
            value: savedName ?? '',
            choices: [
              { value: '', label: savedName === undefined ? t('Saved payloads…') : t('Not saved') },
              ...saved.map(({ name }) => ({ value: name, label: name })),
            ],
            onChange: name => (name === '' ? undefined : view.choose(name)),
          })
    }
    ${
      savedName === undefined
        ? button('save', t('Save this payload'), view.save)
        : html`${button('edit', t('Rename {0}', savedName), () => view.rename(savedName))}
          ${button('trash', t('Delete {0}', savedName), () => view.remove(savedName))}`
    }
  </div>`
}
