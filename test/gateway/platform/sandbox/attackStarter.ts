/**
 * A process like a gateway, run by `attacks.test.ts` as one user and at one level: it has what attackers want, runs each
 * attack in a sandbox and prints what came of it, one JSON line each.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { createPipeStock } from '../../../../src/gateway/platform/pipeStock.ts'
import { createSharedScan, listProcesses } from '../../../../src/gateway/platform/processTable.ts'
import { startProcessTree } from '../../../../src/gateway/platform/processTree.ts'
import { probeSandbox, type SandboxSupport } from '../../../../src/gateway/platform/sandbox/probeSandbox.ts'
import { createResourceWatch, type Excess } from '../../../../src/gateway/platform/sandbox/resourceWatch.ts'
import {
  defaultLimits,
  type SandboxLevel,
  type SandboxMount,
} from '../../../../src/gateway/platform/sandbox/sandbox.ts'
import { startSandbox } from '../../../../src/gateway/platform/sandbox/startSandbox.ts'
import { attacks } from './attackTable.ts'
import { commandLineOf } from './commandLines.ts'

/** What the test says on the command line. */
export interface StarterOptions {
  readonly level: SandboxLevel
  readonly uid: number
  /** Folder that everybody may read: `runtimes/sandbox`, the attacks and the interpreters that are not the system's. */
  readonly tools: string
  readonly sandboxFolder: string
  readonly programs: Readonly<Record<'python3' | 'node', { readonly path: string; readonly mount?: string }>>
}

/** One line of what it prints. */
export interface AttackResult {
  readonly title: string
  readonly program: string
  readonly outcome: string
}

const options = JSON.parse(process.argv[2]!) as StarterOptions
if (process.getuid!() !== options.uid) {
  process.setgroups!([])
  process.setgid!(options.uid)
  process.setuid!(options.uid)
}
const secret = process.env['HKS_ATTACK_SECRET']!
const mark = `mark-${secret}`
const folder = mkdtempSync('/tmp/hks-attacked-')
const watch = createResourceWatch()
const memoryBytes = 256 * 1024 ** 2
try {
  const victim = await createVictim()
  const support = await supportOf(options.level)
  if (support.level !== options.level) {
    throw new Error(`The level ${options.level} is not there: ${JSON.stringify(support.problems)}`)
  }
  for (const attack of attacks) {
    for (const program of attack.programs) {
      const args = attack.args.map(arg => arg.replace(/\{(\w+)\}/g, (_, name: string) => victim.fact(name)))
      const said = await run(support, program, args)
      const outcome = await victim.outcomeOf(attack.args[0], args, said)
      process.stdout.write(`${JSON.stringify({ title: attack.title, program, outcome } satisfies AttackResult)}\n`)
    }
  }
  victim.stop()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

async function supportOf(level: SandboxLevel): Promise<SandboxSupport> {
  const supervisor = await findSupervisor(options.sandboxFolder)
  const scratchFolder = join(folder, 'scratch')
  return probeSandbox({ folder: options.sandboxFolder, scratchFolder, path: '/usr/bin:/bin', supervisor, best: level })
}

/** Files, servers and a daemon's mark; and what tells whether an attack worked that can not see it itself. */
async function createVictim() {
  const home = join(folder, 'home')
  mkdirSync(join(home, '.ssh'), { recursive: true })
  mkdirSync(join(folder, 'code'))
  const files = { key: join(home, '.ssh/key'), data: join(folder, 'gateway.json'), code: join(folder, 'code/main.py') }
  for (const file of Object.values(files)) writeFileSync(file, secret, { mode: 0o600 })
  const answer = (socket: NodeJS.ReadWriteStream) => void socket.on('error', () => undefined).end('welcome\n')
  const servers = { tcp: createServer(answer), unix: createServer(answer), abstract: createServer(answer) }
  const addresses = { unix: join(folder, 'gateway.sock'), abstract: `@hks-${secret}` }
  servers.tcp.listen(0, '0.0.0.0')
  servers.unix.listen(addresses.unix)
  servers.abstract.listen(addresses.abstract.replace('@', '\0'))
  await Promise.all(Object.values(servers).map(server => once(server, 'listening')))
  const datagrams = createSocket('udp4')
  datagrams.on('message', (_, from) => datagrams.send('welcome\n', from.port, from.address)).bind(0, '127.0.0.1')
  await once(datagrams, 'listening')
  let victim = startVictim()
  const interfaces = Object.values(networkInterfaces()).flatMap(found => found ?? [])
  const facts: Readonly<Record<string, string>> = {
    home,
    ...files,
    ...addresses,
    tmp: join('/tmp', `hks-written-${secret}`),
    etc: `/etc/hks-written-${secret}`,
    tcp: String((servers.tcp.address() as { port: number }).port),
    udp: String(datagrams.address().port),
    interface: interfaces.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2',
    signal: '12',
    terces: backwards(secret),
    kram: backwards(mark),
    mountPoint: join(folder, 'code'),
    daemon: `daemon-${secret}`,
    TMPDIR: '{TMPDIR}',
    // Without a limit the attack itself is what limits it.
    processes: options.level === 'none' ? '200' : '5000',
  }
  return {
    fact: (name: string) => (name === 'pid' ? String(victim.pid) : (facts[name] ?? '')),
    stop: () => victim.end(),
    outcomeOf: async (name: string, args: readonly string[], said: string) => {
      // A sandbox has a /tmp and processes of its own: only what is seen from here has happened.
      if (name === 'write') return takeAway(args[1]!) ? 'open' : said.replace(/^open/, 'blocked: only in the sandbox')
      if (name === 'kill') {
        if (!said.startsWith('open')) return said
        const isHit = await Promise.race([victim.ended, sleep(1000, false)])
        if (!isHit) return 'blocked: another process'
        victim = startVictim()
        return 'open'
      }
      if (name === 'daemon') return endDaemon(args[1]!) ? 'open' : 'blocked: it was ended'
      return said
    },
  }
}

/** A process with a secret in its environment and a mark on its command line, as a gateway is; SIGUSR2 ends it. */
function startVictim() {
  const child = spawn('/bin/sleep', ['600'], { argv0: mark, env: { HKS_ATTACK_SECRET: secret }, stdio: 'ignore' })
  return { pid: child.pid!, ended: once(child, 'exit').then(() => true), end: () => child.kill('SIGKILL') }
}

function backwards(text: string): string {
  return [...text].reverse().join('')
}

function takeAway(file: string): boolean {
  const isThere = existsSync(file)
  rmSync(file, { force: true })
  return isThere
}

function endDaemon(text: string): boolean {
  const left = listProcesses().filter(({ pid }) => commandLineOf(pid).includes(text))
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  return left.length > 0
}

/** Runs an attack at a level; answers what it said, or that it was ended. */
async function run(support: SandboxSupport, program: 'python3' | 'node', args: readonly string[]): Promise<string> {
  const { path, mount } = options.programs[program]
  const script = join(options.tools, program === 'node' ? 'attack.mjs' : 'attack.py')
  if (support.level === 'none') return runPlain([path, script, ...args])
  const mounts: readonly SandboxMount[] = [
    { path: options.tools, access: 'read' },
    { path: join(folder, 'code'), access: 'read' },
    ...(mount === undefined ? [] : [{ path: mount, access: 'read' as const }]),
  ]
  // The temporary folder has another name at each level.
  const filled = args.map(arg => (arg === '{TMPDIR}' ? '"$TMPDIR"' : `'${arg}'`)).join(' ')
  const started = await startSandbox(
    support,
    {
      argv: ['/bin/sh', '-c', `exec '${path}' '${script}' ${filled}`],
      cwd: '/usr',
      environment: { PATH: '/usr/bin:/bin' },
      marks: {},
      mounts,
      network: { kind: 'none' },
      limits: defaultLimits,
      onStarterGone: 'watched',
    },
    { stdout: 'pipe', stderr: 'pipe' },
  )
  let excess: string | undefined
  const limits = { bytes: memoryBytes, processes: defaultLimits.processes }
  const root = await started.root
  using _watched = watch.watch(root!, limits, ({ limit, bytes, processes }) => {
    excess = `blocked: ended with ${Math.round(bytes / 1024 ** 2)} MB in ${processes} processes (${limit})`
    void started.end(0)
  })
  const [out, err] = await Promise.all([text(started.stdout!), text(started.stderr!)])
  await started.closed
  return excess ?? (out.trim() || `nothing: ${err}`)
}

async function runPlain(argv: readonly [string, ...string[]]): Promise<string> {
  using pipes = createPipeStock(join(folder, 'pipes'))
  const lines: string[] = []
  const tree = await startProcessTree(
    {
      argv: argv.map(arg => (arg === '{TMPDIR}' ? folder : arg)) as [string, ...string[]],
      cwd: folder,
      environment: { PATH: '/usr/bin:/bin' },
      runId: `attack-${secret}`,
      onLines: (_, more) => lines.push(...more.map(line => line.text)),
    },
    { scan: createSharedScan(), pipes },
  )
  let excess: string | undefined
  // The memory of a function by default. Processes that leave their parents are not counted, so their number is no limit.
  const limits = { bytes: 2 ** 30, processes: Number.POSITIVE_INFINITY }
  const onExcess = ({ bytes }: Excess) => {
    excess = `blocked: ended with ${Math.round(bytes / 1024 ** 2)} MB`
    process.kill(tree.pid, 'SIGKILL')
  }
  using _watched = watch.watch(tree.pid, limits, onExcess, 'counts')
  await tree.ended
  if (excess !== undefined) return excess
  return lines.find(line => /^(open|blocked)/.test(line)) ?? `nothing: ${lines.join('\n')}`
}
