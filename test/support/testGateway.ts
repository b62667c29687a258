import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGatewayClient, type GatewayClient } from '../../src/client/gatewayClient.ts'
import type { GatewayReady } from '../../src/contract/gateway.ts'

const sources = resolve(import.meta.dirname, '../../src/gateway/main.ts')

/** A gateway process of a test's own. */
export interface TestGateway {
  readonly ready: GatewayReady
  readonly client: GatewayClient
  readonly home: string
  /** Asks it to end (SIGTERM) and waits. */
  stop(): Promise<void>
  /** SIGKILL, and waits. */
  kill(): Promise<void>
  readonly process: ChildProcess
}

/** Starts a real gateway, on the sources unless another program is named, and waits until it is ready. */
export async function startTestGateway(
  home: string,
  env: Readonly<Record<string, string>> = {},
  program = sources,
): Promise<TestGateway> {
  const child = spawn(process.execPath, [program, 'run', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HKS_HOME: home, ...env },
  })
  const exit = once(child, 'exit')
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const lines = createInterface({ input: child.stdout })
  const ended = exit.then(([code, signal]) => {
    throw new Error(`The gateway ended before it was ready (${code ?? signal}): ${errors}`)
  })
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  // From here on its end is the test's own doing.
  ended.catch(() => undefined)
  const ready = JSON.parse(line) as GatewayReady
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await exit
  }
  return {
    ready,
    home,
    client: createGatewayClient(ready),
    process: child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}
