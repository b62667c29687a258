import type { Handlers } from '../../../src/base/messenger.ts'
import type {
  CallAnswer,
  CallInput,
  FunctionInvokeInit,
  FunctionInvokeProtocol,
  PanelCall,
} from '../../../src/contract/functionInvoke.ts'
import type { LogLine } from '../../../src/contract/logs.ts'
import { now } from './cronJobs.ts'
import { functionOf, invocationOf } from './functions.ts'

type HostHandlers = Handlers<FunctionInvokeProtocol['host']>

/** The extension host of the invoke page as a test plays it; what the page asked is kept. */
export interface FunctionInvokeHost {
  readonly handlers: HostHandlers
  readonly listeners: Record<never, never>
  /** Requests other than init and log, by name and parameters. */
  readonly asked: string[]
  /** The calls that the page has begun. */
  readonly begun: { readonly invocationId: string; readonly input: CallInput }[]
}

/** What the page starts from. */
export const invokeInit = (change: Partial<FunctionInvokeInit> = {}): FunctionInvokeInit => ({
  function: functionOf(),
  saved: [],
  calls: [
    invocationOf(),
    invocationOf({
      id: 'call-0',
      startedAt: '2026-11-23T11:58:00.000Z',
      outcome: 'failed',
      statusCode: 500,
      code: 'FUNCTION_FAILED',
      message: "The function raised an exception. KeyError: 'name'",
      durationMs: 1240,
      coldStart: true,
    }),
  ],
  viewerTimeZone: 'UTC',
  locale: 'en',
  trusted: true,
  now,
  ...change,
})

/** The answer of a handler that greets. */
export const answerOf = (change: Partial<CallAnswer> = {}): CallAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  bytes: 25,
  text: '{"greeting":"Hello, Ada"}',
  isCut: false,
  isKept: true,
  ...change,
})

/** A call that has ended, with its record. */
export const endedCall = (invocationId: string, change: Partial<PanelCall> = {}): PanelCall => ({
  invocationId,
  startedAt: now,
  answer: answerOf(),
  elapsed: 7.9,
  record: invocationOf({ id: invocationId, startedAt: now, coldStart: true, queueMs: 5, responseBytes: 25 }),
  ...change,
})

/** Lines of the log of a call, numbered from 1. */
export const callLines = (invocationId: string, texts: readonly string[]): LogLine[] =>
  texts.map((text, i) => ({ seq: i + 1, time: now, stream: 'stdout' as const, text, invocationId }))

/** Plays the host; a test tells the page what becomes of its calls. */
export function functionInvokeHost(init: FunctionInvokeInit, change: Partial<HostHandlers> = {}): FunctionInvokeHost {
  const asked: string[] = []
  const begun: { readonly invocationId: string; readonly input: CallInput }[] = []
  const note = (name: string, params: unknown): null => {
    asked.push(params === null ? name : `${name} ${JSON.stringify(params)}`)
    return null
  }
  const noted = (name: string) => (params: unknown) => note(name, params)
  return {
    asked,
    begun,
    listeners: {},
    handlers: {
      init: () => init,
      invoke: params => {
        begun.push(params)
        return note('invoke', params.input)
      },
      record: ({ invocationId }) => ({
        ...(init.calls.find(call => call.id === invocationId) ?? invocationOf({ id: invocationId })),
        request: {
          headers: { 'content-type': 'application/json' },
          body: '{"name":"Grace"}',
          encoding: 'utf8',
          masked: false,
        },
      }),
      errand: () => null,
      calls: params => {
        note('calls', params)
        return { items: init.calls }
      },
      log: ({ invocationId, after = 0 }) => ({
        items: callLines(invocationId, ['greeting', 'done']).filter(line => line.seq > after),
        more: false,
        next: { after: 2 },
        end: 'The call ended: succeeded.',
      }),
      followLog: () => null,
      unfollowLog: () => null,
      cancel: noted('cancel'),
      savePayload: noted('savePayload'),
      renamePayload: noted('renamePayload'),
      deletePayload: noted('deletePayload'),
      copyCurl: noted('copyCurl'),
      copyAnswer: noted('copyAnswer'),
      openAnswer: noted('openAnswer'),
      saveAnswer: noted('saveAnswer'),
      openLog: noted('openLog'),
      manageTrust: noted('manageTrust'),
      ...change,
    },
  }
}
