import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { dataFolder } from '../base/dataFolder.ts'
import { version } from '../base/version.ts'
import { ensureGateway } from '../client/ensureGateway.ts'
import { createGatewayClient, type GatewayClient } from '../client/gatewayClient.ts'
import { HksError } from '../contract/errors.ts'
import { asHksError } from './asHksError.ts'
import type { Context } from './context.ts'
import { exitCodeOf } from './output/exitCodes.ts'
import { createOutput, type Format } from './output/output.ts'
import { createProgram, type GlobalOptions } from './program.ts'

/** Beside the bundle `dist/cli.mjs`, or in the sources during development. */
const bundled = existsSync(join(import.meta.dirname, 'gateway.mjs'))
const gatewayProgram = join(import.meta.dirname, bundled ? 'gateway.mjs' : '../gateway/main.ts')
const templatesFolder = join(import.meta.dirname, bundled ? 'templates' : '../../templates')

const controller = new AbortController()
const outputFor = (format: Format) => createOutput(process, format, process.env)
// Until the options are parsed this must do; what follows -- belongs to another program.
const [ownArguments = ''] = process.argv.join('\n').split('\n--\n')
let out = outputFor(/^--json$/m.test(ownArguments) ? 'json' : 'text')

/** How long a command may take to end after the first signal, milliseconds. */
const endMs = 2000
/** Those that end by themselves: the gateway drains, a deployment is cancelled, `dev` tidies up. Each has its own limits. */
const drains = ['gateway run', 'deploy', 'dev']
let mayDrain = false
/** Why it ends was said already. */
let hasFailed = false

const cancel = () => {
  const cancelled = new HksError('CANCELLED', 'Cancelled.')
  controller.abort(cancelled)
  // What hangs in the operating system hears of no abort: the command ends all the same.
  setTimeout(() => {
    if (mayDrain) return
    if (!hasFailed) out.fail(cancelled)
    if (process.platform === 'win32') process.exit(exitCodeOf.CANCELLED)
    // To a shell that is 130; Node's own exit would wait for a read that hangs.
    for (const signal of signals) process.off(signal, cancel)
    process.kill(process.pid, 'SIGINT')
  }, endMs).unref()
}
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
for (const signal of signals) process.once(signal, cancel)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as head may go away early; that is no failure of ours.
  if (error.code === 'EPIPE') process.exit(0)
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT'
  const problem = isFull ? 'the disk is full' : error.message
  const cannotWrite = new HksError('STORE_FAILED', `The output cannot be written: ${problem}.`, {
    details: { errno: error.code },
    hint: isFull ? 'Free some space, then try again.' : 'Send it to another file or program.',
    cause: error,
  })
  out.fail(cannotWrite)
  process.exit(exitCodeOf[cannotWrite.code])
})

try {
  const program = createProgram(run, text => out.say(text.trimEnd()))
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = failed(error)
}

async function run(command: Command, work: (context: Context) => Promise<void>): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>()
  out = outputFor(options.json ? 'json' : 'text')
  mayDrain = drains.includes(command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name())
  await work(createContext(options))
}

function createContext(options: GlobalOptions): Context {
  const home = homeFolder()
  let client: Promise<GatewayClient> | undefined
  const connect = async () =>
    createGatewayClient(
      await ensureGateway({
        home,
        gatewayProgram,
        version,
        execPath: process.execPath,
        env: process.env,
        onProgress: sentence => out.say(`${sentence} …`),
        signal: controller.signal,
      }),
    )
  return {
    out,
    cwd: process.cwd(),
    homeFolder: homedir(),
    home,
    gatewayProgram,
    templatesFolder,
    now: Date.now,
    signal: controller.signal,
    stdin: process.stdin,
    kubeconfig: process.env['KUBECONFIG'],
    projectOption: options.project,
    client: () => (client ??= connect()),
    reconnect: () => (client = connect()),
  }
}

function homeFolder(): string {
  try {
    return dataFolder({ env: process.env, platform: process.platform, homeFolder: homedir() })
  } catch (cause) {
    throw new HksError('INVALID_REQUEST', (cause as Error).message, { cause })
  }
}

/** Says what went wrong; the exit code. */
function failed(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const known = controller.signal.aborted ? cancelled(error) : asHksError(error)
  out.fail(known)
  hasFailed = true
  if (known.code === 'INTERNAL' && process.env['HKS_DEBUG']) process.stderr.write(`${(error as Error).stack}\n`)
  return exitCodeOf[known.code]
}

/** What a command says of its end on Ctrl-C, if it says anything; what else failed then failed because of that. */
function cancelled(error: unknown): HksError {
  return error instanceof HksError && error.code === 'CANCELLED' ? error : (controller.signal.reason as HksError)
}
