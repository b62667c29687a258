import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { dataFolder } from '../base/dataFolder.ts'
import { version } from '../base/version.ts'
import { ensureGateway } from '../client/ensureGateway.ts'
import { createGatewayClient, type GatewayClient } from '../client/gatewayClient.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'
import { exitCodeOf } from './output/exitCodes.ts'
import { createOutput, type Output } from './output/output.ts'
import { createProgram, type GlobalOptions, isHelp } from './program.ts'

/** Beside the bundle `dist/cli.mjs`, or in the sources during development. */
const bundled = existsSync(join(import.meta.dirname, 'gateway.mjs'))
const gatewayProgram = join(import.meta.dirname, bundled ? 'gateway.mjs' : '../gateway/main.ts')
const templatesFolder = join(import.meta.dirname, bundled ? 'templates' : '../../templates')

const controller = new AbortController()
const outputFor = (format: 'text' | 'json') => createOutput(process, format, process.env)
let out: Output = outputFor(process.argv.includes('--json') ? 'json' : 'text')

process.once('SIGINT', () => controller.abort(new HksError('CANCELLED', 'Cancelled.')))
process.once('SIGTERM', () => controller.abort(new HksError('CANCELLED', 'Cancelled.')))
// A reader such as head may go away early; that is no failure of ours.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 70))

try {
  const program = createProgram(run)
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = failed(error)
}

async function run(command: Command, work: (context: Context) => Promise<void>): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>()
  out = outputFor(options.json ? 'json' : 'text')
  await work(createContext(out, options))
}

function createContext(output: Output, options: GlobalOptions): Context {
  const home = homeFolder()
  let client: Promise<GatewayClient> | undefined
  const connect = async () => {
    const address = await ensureGateway({
      home,
      gatewayProgram,
      version,
      execPath: process.execPath,
      env: process.env,
      onProgress: output.say,
      signal: controller.signal,
    })
    return createGatewayClient(address)
  }
  return {
    out: output,
    cwd: process.cwd(),
    home,
    gatewayProgram,
    templatesFolder,
    now: Date.now,
    signal: controller.signal,
    stdin: process.stdin,
    projectOption: options.project,
    client: () => (client ??= connect()),
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
  if (isHelp(error)) return 0
  // Commander has printed its sentence already.
  if (error instanceof CommanderError) return 2
  if (controller.signal.aborted) {
    out.say('Cancelled.')
    return exitCodeOf.CANCELLED
  }
  const known =
    error instanceof HksError
      ? error
      : new HksError('INTERNAL', String((error as Error)?.message ?? error), { cause: error })
  out.fail(known)
  if (known.code === 'INTERNAL' && process.env['HKS_DEBUG']) process.stderr.write(`${(error as Error).stack}\n`)
  return exitCodeOf[known.code]
}
