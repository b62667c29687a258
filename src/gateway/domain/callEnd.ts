import type { InvocationRecord, InvocationResponse } from './function.ts'

const longestMessage = 500

/** What the end of a call adds to its record. */
export function endOf(
  result: PromiseSettledResult<InvocationResponse>,
): Partial<InvocationRecord> & { outcome: 'succeeded' | 'failed' } {
  if (result.status === 'rejected') {
    return { outcome: 'failed', code: 'INTERNAL', message: firstLine((result.reason as Error).message) }
  }
  const { code, message, exception, status, body, coldStart, revision, queueMs, sandbox } = result.value
  const sentence = exception ? `${message ?? ''} ${exception.type}: ${exception.message}` : message
  return {
    // A status that the function chose is its answer; 5xx says that it failed.
    outcome: code === undefined && status < 500 ? 'succeeded' : 'failed',
    statusCode: status,
    responseBytes: body.length,
    coldStart,
    revision,
    queueMs,
    sandbox,
    ...(code === undefined ? {} : { code }),
    ...(sentence === undefined ? {} : { message: firstLine(sentence) }),
  }
}

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').trim().slice(0, longestMessage)
