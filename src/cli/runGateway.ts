import { spawn } from 'node:child_process'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/** Runs the gateway as a child in the foreground; signals go on to it, and its end is ours. */
export async function runGateway(context: Context): Promise<void> {
  const json = context.out.format === 'json' ? ['--json'] : []
  context.out.say(`The gateway runs with the data folder ${context.home}. Ctrl-C stops it.`)
  const child = spawn(process.execPath, [context.gatewayProgram, 'run', ...json], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HKS_HOME: context.home },
  })
  const stop = () => child.kill('SIGTERM')
  context.signal.addEventListener('abort', stop, { once: true })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', cause => reject(new HksError('GATEWAY_START_FAILED', cause.message, { cause })))
    child.once('exit', resolve)
  })
  if (code !== 0) throw new HksError('GATEWAY_START_FAILED', `The gateway ended with exit code ${code}.`)
}
