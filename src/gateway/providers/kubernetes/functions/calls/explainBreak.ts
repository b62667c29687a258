import type { Clock } from '../../../../domain/clock.ts'
import { AnswerBroken, type Exception } from '../../../../domain/functionAnswer.ts'
import type { LogSource, StoredLogLine } from '../../../../domain/log.ts'

/** Milliseconds for which the line of an exception is waited for: it comes by way of the API server. */
const waitMs = 10_000
/** After the last line of a stack no other comes. */
const quietMs = 200

/** What the program in the pod says: in Go of each exception, as an error that is returned has no stack. */
const toldLine = /^The answer broke off\. (?<type>\S+): (?<message>.*)$/
/** `TypeError: a plain mistake`, at the beginning of a stack or, in Python, at its end. */
const exceptionLine = /^(?:\[?[\w.]+\]? )?(?<type>[A-Za-z_$][\w$.]*)(?: \[\w+\])?: (?<message>.*)$/

/**
 * Why an answer broke off that came bit by bit. HTTP has no words for it once an answer has begun, but the function's log has
 * the exception.
 */
export async function explainBreak(
  logs: LogSource,
  clock: Clock,
  functionId: string,
  invocationId: string,
): Promise<AnswerBroken> {
  const exception = exceptionOf(await linesOf(logs, clock, functionId, invocationId))
  if (exception?.type === 'LIMIT_EXCEEDED') return new AnswerBroken('LIMIT_EXCEEDED', exception.message)
  return exception
    ? new AnswerBroken('FUNCTION_FAILED', 'The function raised an exception.', exception)
    : new AnswerBroken('FUNCTION_CRASHED', 'The answer ended in an unexpected way.')
}

/** What a call printed to stderr and the program in the pod said of it, when it has gone quiet. */
async function linesOf(
  logs: LogSource,
  clock: Clock,
  functionId: string,
  invocationId: string,
): Promise<readonly StoredLogLine[]> {
  const printed = async () =>
    (await logs.read(functionId, { invocationId, tail: 1000 })).lines.filter(({ stream }) => stream !== 'stdout')
  const until = clock.now() + waitMs
  // From before the first look on, so that no line comes unseen between a look and the wait after it.
  using news = createNews(logs, clock, functionId)
  for (;;) {
    const lines = await printed()
    const isComplete = exceptionOf(lines) !== undefined
    if (clock.now() >= until) return lines
    if (!(await news.next(isComplete ? quietMs : until - clock.now()))) return lines
  }
}

/** Tells whether a line was appended since it was asked last, or is within so many milliseconds. */
function createNews(logs: LogSource, clock: Clock, functionId: string) {
  let isNew = false
  let wake: (() => void) | undefined
  const listening = logs.onAppend(functionId, () => {
    isNew = true
    wake?.()
  })
  return {
    next: async (milliseconds: number): Promise<boolean> => {
      if (!isNew) {
        await new Promise<void>(resolve => {
          const timer = clock.callAfter(Math.max(0, milliseconds), resolve)
          wake = () => {
            timer[Symbol.dispose]()
            resolve()
          }
        })
      }
      const was = isNew
      isNew = false
      return was
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}

function exceptionOf(all: readonly StoredLogLine[]): Exception | undefined {
  const lines = all.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)
  const said = all.find(({ stream, text }) => stream === 'system' && toldLine.test(text))
  if (said) {
    const { type = '', message = '' } = toldLine.exec(said.text)?.groups ?? {}
    const panic = lines.findLastIndex(line => line.startsWith('panic: '))
    return { type, message, stack: panic < 0 ? '' : lines.slice(panic).join('\n') }
  }
  const python = lines.findLastIndex(line => line.startsWith('Traceback (most recent call last):'))
  const stack = python < 0 ? lines.slice(lastStack(lines)) : lines.slice(python)
  const found = python < 0 ? stack[0] : stack.findLast(line => exceptionLine.test(line))
  const { type, message } = exceptionLine.exec(found ?? '')?.groups ?? {}
  return type === undefined || message === undefined ? undefined : { type, message, stack: stack.join('\n') }
}

/** Where the last `Error: …` with its places begins. */
function lastStack(lines: readonly string[]): number {
  const place = lines.findLastIndex(line => /^\s+at /.test(line))
  const at = lines.slice(0, place < 0 ? lines.length : place).findLastIndex(line => exceptionLine.test(line))
  return at < 0 ? lines.length : at
}
