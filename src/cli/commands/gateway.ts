import type { Command } from 'commander'
import { findGateway } from '../../client/findGateway.ts'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { stopGateway } from '../../client/stopGateway.ts'
import { HksError } from '../../contract/errors.ts'
import type { GatewayStatus, SandboxStatus } from '../../contract/gateway.ts'
import { defined } from '../../base/defined.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { wholeNumber } from '../optionValues.ts'
import { facts } from '../output/table.ts'
import { relative } from '../output/time.ts'
import { runGateway } from '../runGateway.ts'

interface StopOptions {
  readonly grace?: number
}

/** `gateway run|status|check|stop` */
export function addGateway(program: Command, run: Run): void {
  const gateway = program
    .command('gateway')
    .description('the process that does the work')
    .addHelpText('after', examples('hks-func gateway status'))
  gateway
    .command('run')
    .description('run the gateway in the foreground; with --json it prints {url, token, pid, version} when ready')
    .addHelpText('after', examples('hks-func gateway run', 'HKS_HOME=/tmp/hks hks-func gateway run --json'))
    .action((_options: object, command: Command) => run(command, runGateway))
  gateway
    .command('status')
    .description('show the gateway, if one runs; the exit code is 6 when none does')
    .addHelpText('after', examples('hks-func gateway status --json'))
    .action((_options: object, command: Command) => run(command, showStatus))
  gateway
    .command('check')
    .description('look again for the sandbox of this machine, as after installing what was missing')
    .addHelpText('after', examples('hks-func gateway check'))
    .action((_options: object, command: Command) => run(command, check))
  gateway
    .command('stop')
    .description('stop the gateway; runs in progress get a grace to end')
    .option('--grace <seconds>', 'for runs in progress (default: 30)', wholeNumber(0))
    .addHelpText('after', examples('hks-func gateway stop', 'hks-func gateway stop --grace 0'))
    .action((options: StopOptions, command: Command) => run(command, context => stop(context, options)))
}

const stoppedWords = {
  stopped: 'Stopped.',
  killed: 'It did not end by itself and was killed.',
  notRunning: 'No gateway runs.',
} as const

async function stop({ home, out, signal }: Context, { grace }: StopOptions): Promise<void> {
  const result = await stopGateway({ home, signal, ...defined({ graceSeconds: grace }) })
  out.result({ result }, () => stoppedWords[result])
}

async function showStatus(context: Context): Promise<void> {
  const client = await runningGateway(context)
  const { url } = client.address
  const status = await client.call('getGateway', { signal: context.signal })
  context.out.result({ ...status, url }, () => describeStatus(status, url, context.now()))
}

async function check(context: Context): Promise<void> {
  const client = await runningGateway(context)
  const { sandbox } = await client.call('checkGateway', { signal: context.signal })
  context.out.result(sandbox, () => [`Sandbox: ${sandbox.level}`, ...describeProblems(sandbox)].join('\n'))
}

/** The gateway that is there; none is started. @throws HksError GATEWAY_UNREACHABLE */
async function runningGateway(context: Context): Promise<GatewayClient> {
  const found = await findGateway(context.home, context.signal)
  if (found.kind !== 'answering') {
    const problem =
      found.kind === 'none' ? 'No gateway runs' : `The gateway (process ${found.lock.pid}) does not answer`
    throw new HksError('GATEWAY_UNREACHABLE', `${problem} with the data folder ${context.home}.`, {
      hint: 'Any command that needs one starts it.',
    })
  }
  return found.client
}

const keepsRunning = {
  always: 'while a CronJob is enabled or a function deployed',
  whileOpen: 'while a client is attached',
} as const

const describeStatus = (status: GatewayStatus, url: string, now: number): string =>
  [
    facts([
      ['Version', status.version],
      ['Address', url],
      ['Process', `${status.pid}${status.draining ? ', about to stop' : ''}`],
      ['Started', relative(status.startedAt, now)],
      ['Data', status.dataFolder],
      ['Log', status.logFile],
      ['Clients', String(status.clients)],
      ['CronJobs', `${status.enabledCronJobs} enabled`],
      ['Functions', `${status.deployedFunctions} deployed`],
      ['Keeps running', keepsRunning[status.keepRunning]],
      ...status.runtimes.map(runtime => [runtime.name, describeRuntime(runtime)] as const),
      ['Sandbox', status.sandbox.level],
    ]),
    ...describeProblems(status.sandbox),
    ...status.notices.map(notice => `note: ${notice}`),
  ].join('\n')

const describeRuntime = ({ version, path, others, problem, hint }: GatewayStatus['runtimes'][number]): string => {
  const also = others === undefined ? undefined : `also ${others.join(', ')}`
  if (problem === undefined) return [`${version} (${path})`, also].filter(part => part !== undefined).join(', ')
  return [problem, hint, also].filter(part => part !== undefined).join(' ')
}

const describeProblems = ({ problems }: SandboxStatus): string[] =>
  problems.map(({ what, mend }) => `sandbox: ${mend === undefined ? what : `${what} Mend it with: ${mend}`}`)
