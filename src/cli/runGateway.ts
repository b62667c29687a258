import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { findGateway } from '../client/findGateway.ts'
import { lastWords } from '../client/lastWords.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/** The sentence, its hint, a few warnings of Node's own, and what follows the last line break. */
const heldLines = 6

/**
 * Runs the gateway as a child in the foreground; Ctrl-C ends it.
 * @throws HksError CONFLICT when another one runs; what the gateway says that keeps it from starting, else
 * GATEWAY_START_FAILED
 */
export async function runGateway(context: Context): Promise<void> {
  await refuseAnother(context)
  context.out.say(`The gateway runs with the data folder ${context.home}. Ctrl-C stops it.`)
  const json = context.out.format === 'json' ? ['--json'] : []
  const child = spawn(process.execPath, [context.gatewayProgram, 'run', ...json], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, HKS_HOME: context.home },
  })
  const said = passOn(child.stderr)
  context.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  const end = await new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve, reject) => {
    child.once('error', cause => reject(new HksError('GATEWAY_START_FAILED', cause.message, { cause })))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const last = said()
  const words = end.code === 0 ? undefined : lastWords(last)
  if (words !== undefined) {
    const { code, sentence, hint, others } = words
    process.stderr.write(others)
    throw new HksError(code, sentence, hint === undefined ? {} : { hint })
  }
  process.stderr.write(last)
  if (end.code !== 0) {
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`
    throw new HksError('GATEWAY_START_FAILED', `The gateway was ended ${how}.`)
  }
  // One that finds the data folder taken ends with 0, for the client that started both.
  if (!context.signal.aborted) await refuseAnother(context)
}

/** Passes on what a gateway says to people, but for what may be its last words: answers those, for the error. */
function passOn(from: Readable): () => string {
  let held = ''
  from.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${held}${text}`.split('\n')
    const begin = lines.findLastIndex((line, at) => at >= lines.length - heldLines && /^[A-Z_]+: /.test(line))
    const passed = lines.slice(0, begin === -1 ? -1 : begin)
    held = lines.slice(passed.length).join('\n')
    if (passed.length > 0) process.stderr.write(`${passed.join('\n')}\n`)
  })
  return () => held
}

async function refuseAnother({ home }: Context): Promise<void> {
  const found = await findGateway(home)
  if (found.kind === 'none') return
  throw new HksError('CONFLICT', `A gateway (process ${found.lock.pid}) runs with the data folder ${home} already.`, {
    hint: 'hks-func gateway stop ends it.',
  })
}
