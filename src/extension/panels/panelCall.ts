import type { GatewayClient } from '../../client/gatewayClient.ts'
import { HksError } from '../../contract/errors.ts'
import type { CallInput, PanelCall } from '../../contract/functionInvoke.ts'
import { toWebviewError } from '../../contract/webviews.ts'
import { createAnswerIntake } from '../model/answerIntake.ts'
import { type CallBody, bodyOf } from '../model/payloads.ts'

/** A call that a panel makes. Dispose to give it up: the gateway then ends it. */
export interface OwnCall extends Disposable {
  /** As far as it has come. */
  readonly state: PanelCall
  /** What is kept of its answer. */
  readonly answer: () => Uint8Array
  /** Ends it and waits until it has ended. Asked once more, it does not wait for the gateway. */
  cancel(): Promise<void>
}

/** What a call is made with. */
export interface OwnCallOptions {
  readonly client: GatewayClient
  readonly functionId: string
  /** A new UUID. */
  readonly invocationId: string
  readonly input: CallInput
  /** It has come further; not more often than anybody can see. */
  readonly onChange: (state: PanelCall) => void
  /** Receives what does not concern the answer. */
  readonly report: (error: unknown) => void
}

const betweenMs = 50

/** Begins a call. */
export function startCall(options: OwnCallOptions): OwnCall {
  const { client, functionId, invocationId, input, onChange, report } = options
  const controller = new AbortController()
  const intake = createAnswerIntake()
  let state: PanelCall = { invocationId, startedAt: new Date().toISOString() }
  let head: Pick<NonNullable<PanelCall['answer']>, 'status' | 'headers' | 'code'> | undefined
  let timer: NodeJS.Timeout | undefined
  let isCancelled = false

  const tell = (change: Partial<PanelCall> = {}): void => {
    clearTimeout(timer)
    timer = undefined
    const { bytes, text, isCut, isKept } = intake
    const answer = head && { ...head, bytes, isCut, isKept, ...(text === undefined ? {} : { text }) }
    state = { ...state, ...(answer ? { answer } : {}), ...change }
    onChange(state)
  }
  const tellSoon = (): void => {
    timer ??= setTimeout(tell, betweenMs)
  }

  const make = async (): Promise<void> => {
    const { body, ...how } = await sent(client, input)
    const { signal } = controller
    const { status, headers, code, chunks } = await client.invokeStream(functionId, body, {
      ...how,
      invocationId,
      signal,
    })
    head = { status, headers, ...(code === undefined ? {} : { code }) }
    tell()
    for await (const chunk of chunks) {
      intake.add(chunk)
      tellSoon()
    }
    intake.end()
  }
  const run = async (): Promise<void> => {
    const started = performance.now()
    let failure: PanelCall['failure']
    try {
      await make()
    } catch (error) {
      const { code, message, hint } = toWebviewError(error)
      failure = { code, message, ...(hint === undefined ? {} : { hint }) }
    }
    tell({ elapsed: performance.now() - started, ...(failure ? { failure } : {}) })
    const record = await readRecord()
    if (record !== undefined) tell({ record })
  }
  const readRecord = async (): Promise<PanelCall['record']> => {
    try {
      const call = await client.call('getInvocation', { params: { id: invocationId } })
      const { request: _request, result: _result, ...record } = call
      return record
    } catch (error) {
      // A call that was refused has no record; any other is shown without it.
      if (!(error instanceof HksError && error.code === 'NOT_FOUND')) report(error)
      return undefined
    }
  }
  const done = run()

  return {
    get state() {
      return state
    },
    answer: () => intake.kept(),
    cancel: async () => {
      if (isCancelled) controller.abort()
      isCancelled = true
      try {
        await client.call('cancelInvocation', { params: { id: invocationId }, signal: controller.signal })
      } catch (error) {
        // One that the gateway does not know yet, or that does not reach it, ends with its connection.
        if (state.elapsed === undefined) controller.abort(error)
      }
      await done
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      controller.abort()
    },
  }
}

/** What goes over the wire. @throws HksError NOT_FOUND, CONFLICT when the earlier call cannot be sent again */
async function sent(
  client: GatewayClient,
  input: CallInput,
): Promise<CallBody & { readonly headers?: Readonly<Record<string, string>> }> {
  if ('payload' in input) return bodyOf(input.payload)
  const { request } = await client.call('getInvocation', { params: { id: input.sameAs } })
  if (request === undefined) throw new HksError('NOT_FOUND', `What the call "${input.sameAs}" was sent is not kept.`)
  if (request.masked) throw new HksError('CONFLICT', 'A secret in what the call was sent was masked.')
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join()] as const)
  return { body: Buffer.from(request.body, request.encoding), headers: Object.fromEntries(headers) }
}
