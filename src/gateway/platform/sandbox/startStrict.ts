import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessEnd } from '../processEnd.ts'
import { startTimeOf } from '../processTable.ts'
import type { SandboxCommand } from './sandbox.ts'
import type { SandboxOutputs, SandboxProcess } from './sandboxProcess.ts'
import { type Bubblewrap, bubblewrapDescriptors, strictCommand } from './strictCommand.ts'

/**
 * Starts a command in bubblewrap. What keeps bubblewrap from starting it is on stderr, after `bwrap: `.
 * @throws the system's error when bubblewrap itself can not be started
 */
export async function startStrict(
  bubblewrap: Bubblewrap,
  command: SandboxCommand,
  { stdout, stderr }: SandboxOutputs,
): Promise<SandboxProcess> {
  const { program, args, feeds } = strictCommand(bubblewrap, command)
  const child = spawn(program, args, {
    cwd: '/',
    env: { NODE_V8_COVERAGE: undefined, ...command.marks },
    detached: true,
    stdio: ['ignore', stdout, stderr, 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.on('error', () => undefined)
  const streams = child.stdio as (Duplex | undefined)[]
  feed(streams[bubblewrapDescriptors.filter]!, feeds.filter)
  feed(streams[bubblewrapDescriptors.args]!, feeds.args)
  return handleOf(child, streams[3]!, streams[bubblewrapDescriptors.info]!, command)
}

function handleOf(child: ChildProcess, channel: Duplex, info: Readable, command: SandboxCommand): SandboxProcess {
  const exited = new Promise<ProcessEnd>(resolve => {
    child.once('exit', (code, signal) => resolve(signal === null ? { exitCode: code ?? 0 } : { signal }))
  })
  const init = readInit(info)
  // Bubblewrap says how the command ended before the kernel has ended the rest.
  const closed = exited.then(async () => untilGone(await init))
  const end = async (graceMs: number) => {
    if (graceMs <= 0) channel.destroy()
    // Bubblewrap itself must not be killed while it starts: its first processes would stay.
    const root = await init
    if (root !== undefined && graceMs > 0 && signalChildren(root, 'SIGTERM')) {
      await Promise.race([closed, sleep(graceMs, undefined, { ref: false })])
    }
    channel.destroy()
    if (root !== undefined && isSame(root)) send(root.pid, 'SIGKILL')
    await closed
  }
  let ending: Promise<void> | undefined
  if (command.onStarterGone === 'watched') channel.on('error', () => undefined)
  return {
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    channel: command.onStarterGone === 'channel' ? channel : undefined,
    root: init.then(found => found?.pid),
    exited,
    closed,
    end: graceMs => (ending ??= end(graceMs)),
  }
}

/** A process that can be told from a later one with its number. */
interface Root {
  readonly pid: number
  readonly startTime: number
}

/** The first process of the namespace, of which bubblewrap tells. */
async function readInit(info: Readable): Promise<Root | undefined> {
  let text = ''
  info.on('error', () => undefined)
  for await (const chunk of info.setEncoding('utf8')) text += chunk as string
  const pid = Number(/"child-pid":\s*(\d+)/.exec(text)?.[1])
  const startTime = Number.isInteger(pid) ? startTimeOf(pid) : undefined
  return startTime === undefined ? undefined : { pid, startTime }
}

const isSame = ({ pid, startTime }: Root): boolean => startTimeOf(pid) === startTime

/** No event tells when a process that is not our child is gone. */
async function untilGone(root: Root | undefined): Promise<void> {
  for (let pause = 1; root !== undefined && isSame(root); pause = Math.min(pause * 2, 50)) await sleep(pause)
}

/** Answers whether there was one. */
function signalChildren({ pid }: Root, signal: NodeJS.Signals): boolean {
  const children = childrenOf(pid)
  for (const child of children) send(child, signal)
  return children.length > 0
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function feed(stream: Duplex, bytes: Uint8Array): void {
  // A bubblewrap that ended early reads nothing more; its exit says so.
  stream.on('error', () => undefined)
  stream.end(bytes)
}
