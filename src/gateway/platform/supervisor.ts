import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { getSystemErrorName } from 'node:util'
import { type ProcessEnd, signalName } from './processEnd.ts'

/** The program that adopts and ends all that a command starts: `runtimes/sandbox/supervise.pl`. */
export interface Supervisor {
  readonly perl: string
  readonly script: string
  readonly architecture: 'x64' | 'arm64'
}

/** What a command is kept from; without it the command may do what its user may. */
export interface Confinement {
  /** Files and folders that may be read, or written too; nothing else exists for it (Landlock). */
  readonly files: readonly { readonly path: string; readonly access: 'read' | 'write' }[]
  readonly tcp: 'allowed' | 'refused'
  /** A seccomp filter as the kernel takes it. */
  readonly filter: Uint8Array
  /** Limits by their number (RLIMIT_…, linux/resource.h). */
  readonly limits: readonly { readonly resource: number; readonly value: number }[]
}

/** What to run under a supervisor. */
export interface SupervisedCommand {
  /** Program and arguments; the program is looked up in the PATH of `environment`. */
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** The whole environment of the command. */
  readonly environment: Readonly<Record<string, string>>
  /** What the supervisor itself has in its environment, so that it is found with the tree. */
  readonly marks: Readonly<Record<string, string>>
  readonly stdout: number | 'pipe'
  readonly stderr: number | 'pipe'
  /** Whether the command gets descriptor 3, the other end of `child.stdio[3]`. */
  readonly channel: 'channel' | 'none'
  readonly confinement?: Confinement
}

/** A command with all that it starts. */
export interface Supervised {
  /** The supervisor's process. Its exit means that nothing is left, if its code is 0. */
  readonly child: ChildProcess
  /** The command's process. */
  readonly pid: number
  /** How the command ended; what it left behind may still run. */
  readonly exited: Promise<ProcessEnd>
  /** Resolves when the supervisor has ended: `complete` when nothing of the tree is left, `broken` when it was killed. */
  readonly closed: Promise<'complete' | 'broken'>
  /** SIGTERM to the tree, `graceMs` to go, SIGKILL until nothing is left. What comes after the first call is ignored. */
  end(graceMs: number): void
}

/** A supervisor that does not answer any more is killed this long after it should have killed the tree. */
const patienceMs = 12_000

/**
 * Starts a command under a supervisor. Call it on the main thread: the kernel ends the command when the thread that
 * started its supervisor ends.
 * @throws the system's error (`code` ENOENT, EACCES, E2BIG …) when the command can not be started
 */
export async function startSupervised(supervisor: Supervisor, command: SupervisedCommand): Promise<Supervised> {
  const words = encodeCommand(command)
  const hasChannel = command.channel === 'channel'
  const control = hasChannel ? 4 : 3
  const stdio: StdioOptions = [
    'ignore',
    command.stdout,
    command.stderr,
    'pipe',
    ...(hasChannel ? ['pipe' as const] : []),
  ]
  const child = spawn(supervisor.perl, [supervisor.script, supervisor.architecture, String(control)], {
    cwd: '/',
    env: { NODE_V8_COVERAGE: undefined, LC_ALL: 'C', ...command.marks },
    detached: true,
    stdio,
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.on('error', () => undefined)
  const line = child.stdio[control] as Duplex
  // A supervisor that ended takes no more words; its exit is what counts.
  line.on('error', () => undefined)
  line.write(words)
  return supervise(child, line, command.argv[0])
}

function supervise(child: ChildProcess, control: Duplex, program: string): Promise<Supervised> {
  let timer: NodeJS.Timeout | undefined
  const closed = new Promise<'complete' | 'broken'>(resolve => {
    child.once('exit', code => {
      clearTimeout(timer)
      resolve(code === 0 ? 'complete' : 'broken')
    })
  })
  let ending = false
  const end = (graceMs: number) => {
    if (ending || child.exitCode !== null || child.signalCode !== null) return
    ending = true
    control.write(`end ${Math.round(graceMs)}\n`)
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs + patienceMs)
  }
  return new Promise((resolve, reject) => {
    let tellEnd: (end: ProcessEnd) => void
    const exited = new Promise<ProcessEnd>(done => {
      tellEnd = done
    })
    const take = (text: string) => {
      const [word, number] = text.split(' ')
      if (word === 'started') resolve({ child, pid: Number(number), exited, closed, end })
      else if (word === 'refused') reject(startError(program, Number(number)))
      else if (word === 'exited') tellEnd({ exitCode: Number(number) })
      else if (word === 'killed') tellEnd({ signal: signalName(Number(number)) })
    }
    let rest = ''
    control.setEncoding('latin1').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      lines.forEach(take)
    })
    // What it said before it ended is read by now; without a word it was killed itself.
    child.once('close', (code, signal) => {
      reject(new Error(`The supervisor of ${program} ended with ${signal ?? `code ${code}`} before it began.`))
      tellEnd(signal === null ? { exitCode: code ?? 0 } : { signal })
    })
  })
}

/** Fields behind a letter, each ended by NUL, which none of them can hold; see `runtimes/sandbox/supervise.pl`. */
function encodeCommand({ argv, cwd, environment, confinement }: SupervisedCommand): Buffer {
  const fields = [
    `d${cwd}`,
    ...argv.map(arg => `a${arg}`),
    ...Object.entries(environment).map(([name, value]) => `e${name}=${value}`),
    ...(confinement === undefined ? [] : confinementFields(confinement)),
  ]
  for (const field of fields) if (field.includes('\0')) throw startError(argv[0], 22)
  const body = Buffer.from(fields.map(field => `${field}\0`).join(''))
  return Buffer.concat([Buffer.from(`${body.length}\n`), body])
}

const confinementFields = ({ files, tcp, filter, limits }: Confinement): readonly string[] => [
  ...files.map(({ path, access }) => `r${access} ${path}`),
  ...(tcp === 'allowed' ? ['n'] : []),
  `s${Buffer.from(filter).toString('hex')}`,
  ...limits.map(({ resource, value }) => `l${resource} ${value}`),
]

function startError(program: string, errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`spawn ${program} ${code}`), { code, errno: -errno, syscall: 'spawn', path: program })
}
