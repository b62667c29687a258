import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import { type ConnectionOptions, connectionChange, withConnectionOptions } from '../../connectionOptions.ts'
import { connectionNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'

interface SetOptions extends ConnectionOptions {
  readonly name?: string
  readonly readOnly?: boolean
}

/** `connection set <connection>` */
export function addConnectionSet(connection: Command, run: Run): void {
  withConnectionOptions(
    connection
      .command('set <connection>')
      .description('rename a connection or change its settings; an empty value clears one')
      .option('--name <name>', 'what to call it')
      .option('--read-only', 'let nothing be changed through it')
      .option('--no-read-only', 'let things be changed through it again'),
  )
    .addHelpText(
      'after',
      examples(
        'hks-func connection set kind-dev --name dev',
        'hks-func connection set prod --read-only',
        'hks-func connection set dev --registry 10.0.0.5:5000/team --insecure-registry 10.0.0.5:5000',
      ),
    )
    .action((name: string, options: SetOptions, command: Command) =>
      run(command, context => set(context, name, options)),
    )
}

async function set(context: Context, name: string, options: SetOptions): Promise<void> {
  const connection = await connectionNamed(context, name)
  const body = {
    ...defined({ name: options.name, readOnly: options.readOnly }),
    ...connectionChange(options, context.cwd, connection.runtimeImages),
  }
  const client = await context.client()
  const changed = await client.call('updateConnection', { params: { id: connection.id }, body, signal: context.signal })
  context.out.result(changed, () => `Changed ${changed.name}.`)
}
