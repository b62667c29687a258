import { l10n, ProgressLocation, window } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { memory } from '../contributions.ts'
import { answerDocument, parsedJson } from '../model/answerDocument.ts'
import type { Command, Services } from './command.ts'
import { pickFunction } from './pick.ts'
import { signalOf } from './progress.ts'

/** Calls a function with a JSON payload and shows its answer beside the editor. */
export const invoke: Command = {
  name: 'invoke',
  needsTrust: true,
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to invoke'), f => f.revision > 0)
    if (fn === undefined) return
    const key = memory.lastPayload + fn.id
    const payload = await window.showInputBox({
      title: l10n.t('Invoke {0}', fn.name),
      prompt: l10n.t('Payload as JSON; empty for none'),
      value: services.context.workspaceState.get<string>(key) ?? '{}',
      ignoreFocusOut: true,
      validateInput: text => {
        const parsed = parsedJson(text)
        return parsed instanceof HksError ? l10n.t('This is not JSON: {0}', parsed.message) : undefined
      },
    })
    if (payload === undefined) return
    await services.context.workspaceState.update(key, payload)
    await call(services, fn, payload)
  },
}

async function call(services: Services, fn: Function, payload: string): Promise<void> {
  const client = await services.session.ready()
  const title = l10n.t('Invoking {0}', fn.name)
  const options = { location: ProgressLocation.Notification, title, cancellable: true }
  const { answer, elapsed } = await window.withProgress(options, async (_progress, token) => {
    const started = performance.now()
    const body = new TextEncoder().encode(payload.trim() === '' ? '' : payload)
    const contentType = body.length === 0 ? {} : { contentType: 'application/json' }
    const result = await client.invoke(fn.id, body, { ...contentType, signal: signalOf(token) })
    return { answer: result, elapsed: performance.now() - started }
  })
  const { status, headers, code } = answer
  const shown = { status, code, contentType: headers['content-type'], body: answer.body, elapsed }
  await services.answers.show(fn.id, fn.name, answerDocument(shown, l10n.t))
}
