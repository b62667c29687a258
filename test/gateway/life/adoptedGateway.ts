import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { createGatewayClient, type GatewayClient } from '../../../src/client/gatewayClient.ts'
import type { GatewayReady } from '../../../src/contract/gateway.ts'
import { isAlive, listProcesses, type ProcessEntry } from '../../../src/gateway/platform/processTable.ts'

const program = resolve(import.meta.dirname, '../../../dist/gateway.mjs')

/** The program that adopts what a gateway leaves behind, and what runs it. */
export const adopter = { perl: '/usr/bin/perl', script: join(import.meta.dirname, 'adopt.pl') } as const

/** A gateway as it is released, whose every descendant is found however it hides. */
export interface AdoptedGateway extends AsyncDisposable {
  readonly pid: number
  /** A client of it once it is ready; `undefined` when it ended before. */
  readonly ready: Promise<GatewayClient | undefined>
  /** SIGKILL, and waits until the kernel has forgotten it. */
  kill(): Promise<void>
  /** What it started and is not gone; after `kill` all of it is left over. */
  descendants(): readonly ProcessEntry[]
}

/** Starts it; Linux with perl only. Disposing of it ends whatever is left. */
export async function startAdopted(home: string, env: Readonly<Record<string, string>>): Promise<AdoptedGateway> {
  const child = spawn(adopter.perl, [adopter.script, process.arch, process.execPath, program, 'run', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, NODE_V8_COVERAGE: undefined, HKS_HOME: home, ...env },
  })
  const exited = once(child, 'exit')
  const control = child.stdio[3] as Duplex
  const [told] = (await once(control.setEncoding('latin1'), 'data')) as [string]
  const pid = Number(told)
  const own = listProcesses().find(entry => entry.pid === pid)
  const output = createInterface({ input: child.stdout! })
  const ready = new Promise<GatewayClient | undefined>(done => {
    output.once('line', line => done(createGatewayClient(JSON.parse(line) as GatewayReady)))
    output.once('close', () => done(undefined))
  })
  const descendants = () => {
    const children = Map.groupBy(listProcesses(), entry => entry.parent)
    const below = (parent: number): readonly ProcessEntry[] =>
      (children.get(parent) ?? []).flatMap(entry => [entry, ...below(entry.pid)])
    return below(child.pid!).filter(entry => entry.pid !== pid)
  }
  const kill = async () => {
    if (own === undefined || !isAlive(own)) return
    process.kill(pid, 'SIGKILL')
    while (isAlive(own)) await new Promise(done => setTimeout(done, 1))
  }
  return {
    pid,
    ready,
    kill,
    descendants,
    [Symbol.asyncDispose]: async () => {
      await kill()
      for (const entry of descendants()) if (isAlive(entry)) process.kill(entry.pid, 'SIGKILL')
      control.destroy()
      await exited
    },
  }
}
