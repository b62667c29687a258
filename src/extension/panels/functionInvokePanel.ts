import { env, l10n } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { HksError, notFound } from '../../contract/errors.ts'
import type { CallInput, FunctionInvokeInit, InvokeErrand } from '../../contract/functionInvoke.ts'
import type { Function } from '../../contract/functions.ts'
import { deletePayload, renamePayload, savePayload } from '../dialogs/savedPayloads.ts'
import { saveAnswer } from '../dialogs/saveAnswer.ts'
import { logResource } from '../logs/logResource.ts'
import { answerDocument } from '../model/answerDocument.ts'
import { curlCommand } from '../model/curl.ts'
import { absoluteTime } from '../model/time.ts'
import { createLogRelay } from './logRelay.ts'
import type { OwnCall } from './panelCall.ts'
import type { FillPanel, PanelServices } from './panelServices.ts'
import { lastPayload, rememberLast, savedPayloads } from './payloadMemory.ts'
import { manageTrust, requireTrust } from './requireTrust.ts'
import { viewer } from './viewer.ts'
import { watchFunction } from './watchFunction.ts'
import { hostWebview } from './webviewHost.ts'

/** Title of the panel. */
export const functionInvokeTitle = (name: string): string => l10n.t('Invoke {0}', name)

/** Calls of a page of the list. */
const callsAtOnce = 20

/** Fills a panel with the page that calls a function. */
export const fillFunctionInvoke: FillPanel = (panel, subject, services, firstErrand) => {
  const { session, answers } = services
  const state = services.context.workspaceState
  const id = subject.functionId ?? ''
  let errand = firstErrand
  let call: OwnCall | undefined
  /** Kept for what a page may ask of a function that has been deleted meanwhile. */
  let last: Function | undefined
  const fn = (): Function => {
    last = session.resources.functions.get(id) ?? last
    if (last === undefined) throw notFound('function', id)
    return last
  }
  const takeErrand = (): InvokeErrand | undefined => {
    const taken = errand
    errand = undefined
    return taken
  }
  const answered = () => {
    if (call?.state.answer === undefined) throw new HksError('NOT_FOUND', l10n.t('There is no answer.'))
    return { call, answer: call.state.answer }
  }

  const host = hostWebview(panel, {
    name: 'functionInvoke',
    extensionUri: services.context.extensionUri,
    title: panel.title,
    handlers: {
      init: async () => {
        const client = await session.ready()
        last = await client.call('getFunction', { params: { id } })
        const init = await initOf(client, last, services)
        const given = takeErrand()
        // Read last: the events that follow tell what is added to this.
        return { ...init, ...(call ? { call: call.state } : {}), ...(given ? { errand: given } : {}) }
      },
      invoke: async ({ invocationId, input }) => {
        requireTrust()
        const client = await session.ready()
        if (call !== undefined && call.state.elapsed === undefined)
          throw new HksError('CONFLICT', l10n.t('A call is under way; cancel it first.'))
        if ('payload' in input) await rememberLast(state, fn(), input.payload)
        call = await begin(client, invocationId, input)
        return null
      },
      cancel: async () => {
        await call?.cancel()
        return null
      },
      record: async ({ invocationId }) =>
        (await session.ready()).call('getInvocation', { params: { id: invocationId } }),
      errand: () => takeErrand() ?? null,
      calls: async query =>
        (await session.ready()).call('listInvocations', { params: { id }, query: { ...query, limit: callsAtOnce } }),
      log: async (query, signal) => (await session.ready()).call('getFunctionLogs', { params: { id }, query, signal }),
      followLog: ({ followId, invocationId, after }) => {
        relay.follow({ kind: 'function', id }, { invocationId, ...(after === undefined ? {} : { after }) }, followId)
        return null
      },
      unfollowLog: () => {
        relay.stop()
        return null
      },
      savePayload: async ({ payload, name }) => (await savePayload(state, fn(), payload, name)) ?? null,
      renamePayload: async ({ name }) => (await renamePayload(state, fn(), name)) ?? null,
      deletePayload: async ({ name }) => (await deletePayload(state, fn(), name)) ?? null,
      copyCurl: async ({ payload }) => {
        const access = await (await session.ready()).call('getFunctionAccess', { params: { id } })
        // For a terminal, which is where the workspace is; so the address is the gateway's own.
        await env.clipboard.writeText(curlCommand(access, payload))
        return null
      },
      copyAnswer: async () => {
        await env.clipboard.writeText(new TextDecoder().decode(answered().call.answer()))
        return null
      },
      openAnswer: async () => {
        const { call: own, answer } = answered()
        const { status, code, headers } = answer
        const contentType = headers['content-type']
        const shown = { status, code, contentType, body: own.answer(), elapsed: own.state.elapsed ?? 0 }
        await answers.show(id, fn().name, answerDocument(shown, l10n.t))
        return null
      },
      saveAnswer: async () => {
        const { call: own, answer } = answered()
        const path = await saveAnswer(fn().name, answer, own.answer())
        return path === undefined ? null : { path }
      },
      openLog: async ({ invocationId }) => {
        const { startedAt } = await (await session.ready()).call('getInvocation', { params: { id: invocationId } })
        const heading = l10n.t('Log of the call of {0}', absoluteTime(Date.parse(startedAt), env.language))
        services.logs.showPart(logResource(session.resources, fn()), { invocationId }, heading)
        return null
      },
      manageTrust,
    },
    listeners: {},
  })
  const relay = createLogRelay(session.ready, lines => host.emit('logLines', lines))

  async function begin(client: GatewayClient, invocationId: string, input: CallInput): Promise<OwnCall> {
    call?.[Symbol.dispose]()
    const { startCall } = await import('./panelCall.ts')
    // The page holds the text that came before; it is sent what was added.
    let sent = 0
    return startCall({
      client,
      functionId: id,
      invocationId,
      input,
      onChange: changed => {
        const { answer } = changed
        if (answer?.text === undefined) host.emit('call', { call: changed })
        else host.emit('call', { call: { ...changed, answer: { ...answer, text: answer.text.slice(sent) } } })
        sent = answer?.text?.length ?? 0
      },
      report: error => services.log.warn(String(error)),
    })
  }

  const watching = watchFunction(session, id, host.emit)
  return {
    subject,
    tell: (name, data) => host.emit(name, data as never),
    show: (_subject, next) => {
      if (next === undefined) return
      errand = next
      host.emit('errand', null)
    },
    dispose: () => {
      call?.[Symbol.dispose]()
      relay.dispose()
      watching.dispose()
      host.dispose()
    },
  }
}

async function initOf(
  client: GatewayClient,
  fn: Function,
  { context }: PanelServices,
): Promise<Omit<FunctionInvokeInit, 'call' | 'errand'>> {
  const calls = await client.call('listInvocations', { params: { id: fn.id }, query: { limit: callsAtOnce } })
  const last = lastPayload(context.workspaceState, fn)
  return {
    function: fn,
    saved: savedPayloads(context.workspaceState, fn),
    calls: calls.items,
    ...(last === undefined ? {} : { last }),
    ...(calls.nextCursor === undefined ? {} : { olderCalls: calls.nextCursor }),
    ...viewer(),
  }
}
