import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { version } from '../base/version.ts'
import { addCompletion } from './commands/completion.ts'
import { addCronJob } from './commands/cronJob.ts'
import { addDelete } from './commands/delete.ts'
import { addDeploy } from './commands/deploy.ts'
import { addDescribe } from './commands/describe.ts'
import { addGateway } from './commands/gateway.ts'
import { addInit } from './commands/init.ts'
import { addInvoke } from './commands/invoke.ts'
import { addList } from './commands/list.ts'
import { addLogs } from './commands/logs.ts'
import { addSchedule } from './commands/schedule.ts'
import { addSecret } from './commands/secret.ts'
import type { Context } from './context.ts'

/** Options of every command. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly project?: string
}

/** Runs one command with the context of its options. */
export type Run = (command: Command, work: (context: Context) => Promise<void>) => Promise<void>

/** The whole command line; `run` makes each command's context. */
export function createProgram(run: Run): Command {
  const program = new Command('hks-func')
    .description('CronJobs and serverless functions, on this machine.')
    .version(version)
    .addOption(new Option('--json', 'answer JSON on stdout, and nothing else there'))
    .addOption(new Option('-p, --project <project>', 'id, name or folder of the project (default: the current folder)'))
    .showHelpAfterError('(run with --help for the options)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ hks-func init --runtime python --template hello greet
  $ hks-func deploy greet
  $ hks-func invoke greet --data '{"name": "Ada"}'
  $ hks-func cronjob create nightly --schedule "0 2 * * *" --time-zone Europe/Berlin -- ./backup.sh
  $ hks-func schedule next "*/15 9-17 * * MON-FRI" --time-zone Asia/Tokyo

Exit codes: 0 fine, 2 wrong input, 3 not allowed, 4 not found, 5 conflict, 6 gateway or machine, 7 function or run
failed, 70 unforeseen, 130 cancelled.`,
    )
  const add = [
    addInit,
    addDeploy,
    addList,
    addDescribe,
    addInvoke,
    addLogs,
    addDelete,
    addSecret,
    addCronJob,
    addSchedule,
    addGateway,
    addCompletion,
  ]
  for (const addTo of add) addTo(program, run)
  inherit(program)
  return program
}

/** Subcommands take the settings and the global options of the program. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    if (child.commands.length === 0) {
      child.addOption(new Option('--json').hideHelp()).addOption(new Option('-p, --project <project>').hideHelp())
    }
    inherit(child)
  }
}

/** A whole number of at least `minimum`, as an option's value. */
export const wholeNumber =
  (minimum: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`"${text}" is not a whole number of at least ${minimum}.`)
    }
    return value
  }

/** `NAME=VALUE`, gathered over repeated options. */
export function assignment(text: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError(`"${text}" is not NAME=VALUE.`)
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) }
}

/** Whether commander ended because it printed what was asked (help, version). */
export const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0
