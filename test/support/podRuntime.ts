import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { canConnect } from './rawHttp.ts'
import type { RuntimeCommand } from './runtimeClient.ts'

/** A runtime that is run as a pod runs it, with `--http`. */
export interface PodRuntime {
  readonly port: number
  readonly process: ChildProcess
  /** What it printed so far. */
  readonly printed: { readonly out: string; readonly err: string }
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** Resolves when it listens; rejects with what it printed when it ends before. */
  readonly listening: Promise<void>
  /** The same for a port that was given to it. */
  listeningOn(port: number): Promise<void>
  /** Resolves when what it printed to one of its streams holds `text`. */
  waitFor(stream: 'out' | 'err', text: string | RegExp): Promise<void>
  /** SIGKILL. */
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts one with these variables besides PATH, HOME and TMPDIR; `given` are the arguments behind `--http`. */
export async function startPod(
  { command, args }: RuntimeCommand,
  variables: Readonly<Record<string, string>>,
  given?: readonly string[],
): Promise<PodRuntime> {
  const port = given === undefined ? await freePort() : Number(given[0])
  const { PATH = '', HOME = '', TMPDIR } = process.env
  const env = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...variables }
  const child = spawn(command, [...args, '--http', ...(given ?? [String(port)])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  const printed = { out: '', err: '' }
  const watchers = new Set<() => void>()
  const take = (stream: 'out' | 'err') => (text: string) => {
    printed[stream] += text
    for (const watch of watchers) watch()
  }
  child.stdout.setEncoding('utf8').on('data', take('out'))
  child.stderr.setEncoding('utf8').on('data', take('err'))
  const ended = (once(child, 'close') as Promise<[number | null, string | null]>).then(([code, signal]) => ({
    code,
    signal,
  }))
  let isOver = false
  const over = ended.then(({ code, signal }) => {
    isOver = true
    throw new Error(`the runtime ended (${code ?? signal}): ${printed.err}`)
  })
  over.catch(() => undefined)
  const untilListening = async (on: number) => {
    while (!isOver && !(await canConnect(on))) await delay(5)
  }
  const listeningOn = (on: number) => Promise.race([untilListening(on), over])
  const listening = given === undefined ? listeningOn(port) : over
  listening.catch(() => undefined)
  return {
    port,
    process: child,
    printed,
    ended,
    listening,
    listeningOn,
    waitFor: async (stream, text) => {
      const found = Promise.withResolvers<void>()
      const look = () => {
        const isThere = typeof text === 'string' ? printed[stream].includes(text) : text.test(printed[stream])
        if (isThere) found.resolve()
      }
      watchers.add(look)
      look()
      await Promise.race([found.promise, over])
      watchers.delete(look)
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
