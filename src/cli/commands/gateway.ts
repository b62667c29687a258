import type { Command } from 'commander'
import { findGateway } from '../../client/findGateway.ts'
import { stopGateway } from '../../client/stopGateway.ts'
import { HksError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import { facts } from '../output/output.ts'
import { relative } from '../output/time.ts'
import { type Run, wholeNumber } from '../program.ts'
import { runGateway } from '../runGateway.ts'

/** `gateway run|status|stop` */
export function addGateway(program: Command, run: Run): void {
  const gateway = program.command('gateway').description('the process that does the work')
  gateway
    .command('run')
    .description('run the gateway in the foreground; with --json it prints {url, token, pid, version} when ready')
    .action((_options: object, command: Command) => run(command, runGateway))
  gateway
    .command('status')
    .description('show the gateway, if one runs; the exit code is 6 when none does')
    .action((_options: object, command: Command) => run(command, status))
  gateway
    .command('stop')
    .description('stop the gateway; runs in progress get a grace to end')
    .option('--grace <seconds>', 'for runs in progress (default: 30)', wholeNumber(0))
    .action((options: { readonly grace?: number }, command: Command) =>
      run(command, async context => {
        const stopped = await stopGateway({
          home: context.home,
          ...(options.grace === undefined ? {} : { graceSeconds: options.grace }),
          signal: context.signal,
        })
        const words = {
          stopped: 'Stopped.',
          killed: 'It did not answer and was killed.',
          notRunning: 'No gateway runs.',
        }
        context.out.result({ result: stopped }, () => words[stopped])
      }),
    )
}

async function status(context: Context): Promise<void> {
  const found = await findGateway(context.home, context.signal)
  if (found.kind !== 'answering') {
    throw new HksError(
      'GATEWAY_UNREACHABLE',
      found.kind === 'none' ? 'No gateway runs.' : `The gateway (pid ${found.lock.pid}) does not answer.`,
      {
        hint: 'Any command that needs one starts it.',
      },
    )
  }
  const { status: state, client } = found
  context.out.result({ ...state, url: client.address.url }, () =>
    [
      facts([
        ['Version', state.version],
        ['Address', client.address.url],
        ['Process', String(state.pid)],
        ['Started', relative(state.startedAt, context.now())],
        ['Data', state.dataFolder],
        ['Log', state.logFile],
        ['Clients', String(state.clients)],
        ['CronJobs', `${state.enabledCronJobs} enabled`],
        ['Functions', `${state.deployedFunctions} deployed`],
        [
          'Keeps running',
          state.keepRunning === 'always'
            ? 'while a CronJob is enabled or a function deployed'
            : 'while a client is attached',
        ],
        ...state.runtimes.map(
          ({ name, version, path, problem, hint }) =>
            [
              name,
              problem === undefined ? `${version} (${path})` : `${problem}${hint === undefined ? '' : ` ${hint}`}`,
            ] as const,
        ),
      ]),
      ...state.notices.map(notice => `note: ${notice}`),
    ].join('\n'),
  )
}
