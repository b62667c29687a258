import { spawn } from 'node:child_process'
import { findGateway } from '../client/findGateway.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/**
 * Runs the gateway as a child in the foreground; Ctrl-C ends it.
 * @throws HksError CONFLICT when another one runs, GATEWAY_START_FAILED
 */
export async function runGateway(context: Context): Promise<void> {
  await refuseAnother(context)
  context.out.say(`The gateway runs with the data folder ${context.home}. Ctrl-C stops it.`)
  const json = context.out.format === 'json' ? ['--json'] : []
  const child = spawn(process.execPath, [context.gatewayProgram, 'run', ...json], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HKS_HOME: context.home },
  })
  context.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  const end = await new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve, reject) => {
    child.once('error', cause => reject(new HksError('GATEWAY_START_FAILED', cause.message, { cause })))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  if (end.code !== 0) {
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`
    throw new HksError('GATEWAY_START_FAILED', `The gateway was ended ${how}.`)
  }
  // One that finds the data folder taken ends with 0, for the client that started both.
  if (!context.signal.aborted) await refuseAnother(context)
}

async function refuseAnother({ home }: Context): Promise<void> {
  const found = await findGateway(home)
  if (found.kind === 'none') return
  throw new HksError('CONFLICT', `A gateway (process ${found.lock.pid}) runs with the data folder ${home} already.`, {
    hint: 'hks-func gateway stop ends it.',
  })
}
