import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import { connectionNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { gathered } from '../../optionValues.ts'

interface SetOptions {
  readonly name?: string
  readonly readOnly?: boolean
  readonly pythonImage?: string
  readonly nodeImage?: string
  readonly ingress?: string
  readonly registry?: string
  readonly insecureRegistry?: readonly string[]
}

/** `connection set <connection>` */
export function addConnectionSet(connection: Command, run: Run): void {
  connection
    .command('set <connection>')
    .description('rename a connection or change its settings; an empty value clears one')
    .option('--name <name>', 'what to call it')
    .option('--read-only', 'let nothing be changed through it')
    .option('--no-read-only', 'let things be changed through it again')
    .option('--python-image <image>', 'stock image of functions in Python (default: python:3-slim)')
    .option('--node-image <image>', 'stock image of functions in Node (default: node:24-slim)')
    .option('--ingress <url>', "where this machine reaches Knative's ingress (default: found by itself)")
    .option('--registry <registry>', 'where images are pushed, such as registry.example.com/team')
    .option('--insecure-registry <host>', 'spoken to over plain http; can be repeated', gathered)
    .addHelpText(
      'after',
      examples('hks-func connection set kind-dev --name dev', 'hks-func connection set prod --read-only'),
    )
    .action((name: string, options: SetOptions, command: Command) =>
      run(command, context => set(context, name, options)),
    )
}

async function set(context: Context, name: string, options: SetOptions): Promise<void> {
  const connection = await connectionNamed(context, name)
  const { pythonImage: python, nodeImage: node } = options
  const images = { ...connection.runtimeImages, ...defined({ python, node }) }
  const body = defined({
    name: options.name,
    readOnly: options.readOnly,
    runtimeImages: python === undefined && node === undefined ? undefined : orNull(withoutEmpty(images)),
    ingress: options.ingress === undefined ? undefined : options.ingress || null,
    registry: options.registry === undefined ? undefined : options.registry || null,
    insecureRegistries: options.insecureRegistry && [...options.insecureRegistry].filter(Boolean),
  })
  const client = await context.client()
  const changed = await client.call('updateConnection', { params: { id: connection.id }, body, signal: context.signal })
  context.out.result(changed, () => `Changed ${changed.name}.`)
}

const withoutEmpty = (images: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(images).filter(([, image]) => image !== ''))

const orNull = <T extends object>(fields: T): T | null => (Object.keys(fields).length > 0 ? fields : null)
