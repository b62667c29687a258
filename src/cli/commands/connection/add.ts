import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import { stateText } from '../../connectionTexts.ts'
import type { ConnectionCreate } from '../../../contract/connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { type ConnectionOptions, connectionChange, withConnectionOptions } from '../../connectionOptions.ts'
import { namedKubeconfig } from '../../namedKubeconfig.ts'
import { gathered } from '../../optionValues.ts'
import { untilConnected } from '../../untilConnected.ts'

interface AddOptions extends ConnectionOptions {
  readonly name?: string
  readonly kubeconfig?: string
  readonly namespace?: readonly string[]
  readonly readOnly?: boolean
}

/** `connection add <context>` */
export function addConnectionAdd(connection: Command, run: Run): void {
  withConnectionOptions(
    connection
      .command('add <context>')
      .description('add a context of your kubeconfig; its namespace becomes a project')
      .option('--name <name>', 'what to call it (default: as the context)')
      .option('--kubeconfig <files>', 'files as in KUBECONFIG (default: KUBECONFIG, else ~/.kube/config)')
      .option('-n, --namespace <namespace>', 'open this one instead; can be repeated', gathered)
      .option('--read-only', 'let nothing be changed through it'),
  )
    .addHelpText(
      'after',
      examples(
        'hks-func connection add kind-dev',
        'hks-func connection add prod -n shop -n bank --read-only',
        'hks-func connection add kind-dev --registry registry.example.com/team',
      ),
    )
    .action((name: string, options: AddOptions, command: Command) =>
      run(command, context => add(context, name, options)),
    )
}

async function add(context: Context, kubeContext: string, options: AddOptions): Promise<void> {
  const client = await context.client()
  const files = namedKubeconfig(context, options.kubeconfig)
  const created = await client.call('createConnection', {
    body: {
      kind: 'kubernetes',
      context: kubeContext,
      ...defined({ name: options.name, kubeconfig: files, readOnly: options.readOnly }),
      ...givenSettings(options, context.cwd),
      ...(options.namespace ? { namespaces: [...options.namespace] } : {}),
    },
    signal: context.signal,
  })
  const connection = await untilConnected(context, created)
  context.out.result(connection, () => `Added ${connection.name} (${stateText(connection)}).`)
  if (connection.state === 'failed' && connection.hint !== undefined) context.out.say(connection.hint)
}

/** Nothing is there to be cleared. */
function givenSettings(options: ConnectionOptions, cwd: string): Partial<ConnectionCreate> {
  const given = Object.entries(connectionChange(options, cwd)).filter(([, value]) => value !== null)
  return Object.fromEntries(given)
}
