import type { HksError } from '../../contract/errors.ts'
import { toHksError } from './errorAnswer.ts'

/** Work that tells what it does. */
export interface ToldWork<T> {
  /** Runs it; each event is a line at once. */
  readonly run: (tell: (event: T) => void) => Promise<void>
  /** The last line of work that fails. */
  readonly failed: (error: HksError) => T
  /** Receives each error that is the gateway's own fault. */
  readonly report: (error: unknown) => void
}

/** An empty line is sent after so long a silence: clients and proxies give up on connections without a byte. */
const silenceMs = 20_000

/**
 * NDJSON of what is told, as it comes. Answers when there is a first event; what fails before is thrown, so that it has
 * a status of its own.
 */
export async function eventLines<T>({ run, failed, report }: ToldWork<T>): Promise<AsyncGenerator<string>> {
  const waiting: T[] = []
  let isOver = false
  let news = Promise.withResolvers<void>()
  const work = run(event => {
    waiting.push(event)
    news.resolve()
  }).finally(() => {
    isOver = true
    news.resolve()
  })
  // It may fail when nobody reads any more; who began it is told by the audit log.
  work.catch(() => undefined)
  await news.promise
  if (waiting.length === 0) await work

  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      news = Promise.withResolvers()
      const events = waiting.splice(0)
      if (events.length > 0) yield events.map(event => `${JSON.stringify(event)}\n`).join('')
      else if (isOver) break
      else if (!(await within(news.promise, silenceMs))) yield '\n'
    }
    try {
      await work
    } catch (error) {
      const translated = toHksError(error)
      if (translated.code === 'INTERNAL') report(translated)
      yield `${JSON.stringify(failed(translated))}\n`
    }
  }
  return lines()
}

async function within(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  const timeUp = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => timeUp.resolve(false), milliseconds)
  try {
    return await Promise.race([promise.then(() => true), timeUp.promise])
  } finally {
    clearTimeout(timer)
  }
}
