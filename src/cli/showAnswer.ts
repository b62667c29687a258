import type { GatewayClient, InvokeResult } from '../client/gatewayClient.ts'
import type { ErrorBody } from '../contract/common.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/** Writes an answer to stdout as it comes, and gives it back whole where it is one that says why the call failed. */
export async function showAsItComes({ out }: Context, answer: StreamedAnswer): Promise<InvokeResult> {
  const { chunks, ...head } = answer
  // What the platform says of a failure is no answer of the function.
  if (head.code !== undefined || out.format === 'json' || head.status === 202) {
    const body = await whole(chunks)
    showAnswer({ out }, { ...head, body })
    return { ...head, body }
  }
  let last: number | undefined
  for await (const chunk of chunks) {
    out.bytes(chunk)
    last = chunk.at(-1) ?? last
    await out.drained()
  }
  if (out.interactive && last !== 10) out.bytes(Buffer.from('\n'))
  return { ...head, body: new Uint8Array() }
}

type StreamedAnswer = Awaited<ReturnType<GatewayClient['invokeStream']>>

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** Writes the answer of a call to stdout as it is; with `--json` with its status and headers. */
export function showAnswer({ out }: Pick<Context, 'out'>, answer: InvokeResult): void {
  const { status, headers, invocationId, code, body } = answer
  if (out.format === 'json') {
    out.result({ status, invocationId, code, headers, body: parsed(body) }, () => '')
    return
  }
  // It is the id that a script needs.
  if (status === 202 && headers['preference-applied'] === 'respond-async') {
    out.result(undefined, () => invocationId ?? '')
    return
  }
  // What the platform says of a failure is no answer of the function.
  if (code !== undefined) return
  out.bytes(body)
  if (out.interactive && body.at(-1) !== 10) out.bytes(Buffer.from('\n'))
}

/** A call that failed is a failed command. @throws HksError the platform's code, or FUNCTION_FAILED for a status of 400 and above */
export function throwFailure({ status, invocationId, code, body }: InvokeResult, name: string): void {
  if (code === undefined && status < 400) return
  const details = { status, invocationId }
  if (code === undefined) throw new HksError('FUNCTION_FAILED', `The function answered ${status}.`, { details })
  const { error, hint, details: more } = (parsed(body) ?? {}) as Partial<ErrorBody>
  const sentence = typeof error === 'string' ? error : `The call failed: ${code}.`
  throw new HksError(code, `${sentence}${exceptionIn(more)}`, {
    details,
    hint: hintOf(code, name) ?? (typeof hint === 'string' ? hint : `The log has more: hks-func logs ${name}`),
  })
}

/** " TypeError: x is not a function", as its first line has it; the log has the rest. */
function exceptionIn(details: ErrorBody['details']): string {
  const { type, message } = (details?.['exception'] ?? {}) as { readonly type?: unknown; readonly message?: unknown }
  if (typeof type !== 'string' || typeof message !== 'string' || message === '') return ''
  return ` ${`${type}: ${message}`.split('\n', 1)[0] ?? ''}`
}

const hintOf = (code: string, name: string): string | undefined =>
  code === 'EVENT_INVALID'
    ? `The body must be what its type says: hks-func invoke ${name} --data hello --content-type text/plain`
    : undefined

function parsed(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString()
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the text itself is the body.
    return text
  }
}
