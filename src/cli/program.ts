import { Command, Option } from 'commander'
import { version } from '../base/version.ts'
import { addApplication } from './commands/application.ts'
import { addCompletion } from './commands/completion.ts'
import { addCluster } from './commands/cluster.ts'
import { addConnection } from './commands/connection.ts'
import { addCronJob } from './commands/cronJob.ts'
import { addApply } from './commands/cronJob/apply.ts'
import { addDelete } from './commands/delete.ts'
import { addDeploy } from './commands/deploy.ts'
import { addDescribe } from './commands/describe.ts'
import { addDev } from './commands/dev.ts'
import { addGateway } from './commands/gateway.ts'
import { addInit } from './commands/init.ts'
import { addInvocation } from './commands/invocation.ts'
import { addInvocations } from './commands/invocations.ts'
import { addInvoke } from './commands/invoke.ts'
import { addList } from './commands/list.ts'
import { addLogs } from './commands/logs.ts'
import { addSchedule } from './commands/schedule.ts'
import { addSecret } from './commands/secret.ts'
import { addRollback, addTraffic } from './commands/traffic.ts'
import { addUse } from './commands/use.ts'
import type { Run } from './context.ts'
import { examples } from './help.ts'

/** Options of the program that commands take, too. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly project?: string
}

const exitCodes = `
Exit codes: 0 fine, 2 wrong input, 3 not allowed, 4 not found, 5 conflict, 6 gateway or machine, 7 function or run
failed, 70 unforeseen, 130 cancelled.`

const commands = [
  addInit,
  addDeploy,
  addDev,
  addList,
  addDescribe,
  addInvoke,
  addInvocations,
  addInvocation,
  addLogs,
  addTraffic,
  addRollback,
  addDelete,
  addSecret,
  addCronJob,
  addApply,
  addApplication,
  addSchedule,
  addConnection,
  addCluster,
  addUse,
  addGateway,
  addCompletion,
]

/** Commands that have no project. */
const withoutProject = ['init', 'invocation', 'schedule', 'connection', 'cluster', 'use', 'gateway', 'completion']

/**
 * The whole command line. `run` makes each command's context; `showHelp` prints the help that stands in for a missing
 * subcommand. Errors are thrown and not printed. @throws CommanderError
 */
export function createProgram(run: Run, showHelp: (text: string) => void): Command {
  const program = new Command('hks-func')
    .description('CronJobs and serverless functions, on this machine and on Kubernetes.')
    .version(version)
    .addOption(jsonOption())
    .addOption(projectOption())
    .configureOutput({ writeErr: showHelp, outputError: () => undefined })
    .exitOverride()
    // An option that follows a command is its own, also one that is called as one of the program's.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      examples(
        'hks-func init --runtime python --template hello greet',
        'hks-func deploy greet',
        `hks-func invoke greet --data '{"name": "Ada"}'`,
        'hks-func cronjob create nightly --schedule "0 2 * * *" --time-zone Europe/Berlin -- ./backup.sh',
        'hks-func schedule next "*/15 9-17 * * MON-FRI" --time-zone Asia/Tokyo',
      ),
    )
    .addHelpText('after', exitCodes)
  for (const add of commands) add(program, run)
  for (const command of program.commands) {
    if (command.name() !== 'completion') eachCommand(command, c => c.addOption(jsonOption()))
    if (!withoutProject.includes(command.name())) eachCommand(command, c => c.addOption(projectOption()))
  }
  return program
}

function eachCommand(command: Command, act: (command: Command) => void): void {
  act(command)
  for (const child of command.commands) eachCommand(child, act)
}

const jsonOption = () => new Option('--json', 'answer JSON on stdout, and nothing else there')

const projectOption = () =>
  new Option(
    '-p, --project <project>',
    'id, name, folder or CONNECTION/NAMESPACE of the project (default: as `use` says, else the current folder)',
  )
