import type { Command } from 'commander'
import { functionNamed } from '../context.ts'
import { facts, table } from '../output/output.ts'
import { relative } from '../output/time.ts'
import type { Run } from '../program.ts'

/** `describe`: all about one function. */
export function addDescribe(program: Command, run: Run): void {
  program
    .command('describe <function>')
    .description('show a function with its revisions and last calls')
    .addHelpText('after', '\nExample:\n  $ hks-func describe greet')
    .action((name: string, _options: object, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const client = await context.client()
        const calls = await client.call('listInvocations', {
          params: { id: fn.id },
          query: { limit: 5 },
          signal: context.signal,
        })
        const now = context.now()
        context.out.result({ ...fn, invocations: calls.items }, () =>
          [
            facts([
              ['Name', fn.name],
              ['Id', fn.id],
              ['Description', fn.description],
              ['Runtime', `${fn.runtime}, handler ${fn.handler}`],
              ['Status', fn.reason === undefined ? fn.status : `${fn.status}: ${fn.reason}`],
              ['Replicas', fn.replicas === 0 ? '0 (scaled to zero)' : String(fn.replicas)],
              ['URL', `${fn.url}${fn.public ? ' (public)' : ''}`],
              ['Timeout', `${fn.timeout} s`],
              [
                'Environment',
                Object.entries(fn.environment)
                  .map(([key, value]) => `${key}=${value}`)
                  .join(' ') || undefined,
              ],
              ['Secrets', fn.secrets.map(secret => `${secret.name} from ${secret.from}`).join(', ') || undefined],
            ]),
            '',
            table(
              ['revision', 'traffic', 'status', 'deployed', 'source'],
              fn.revisions.map(revision => [
                String(revision.number),
                `${revision.percent} %`,
                revision.reason === undefined ? revision.status : `${revision.status}: ${revision.reason}`,
                relative(revision.createdAt, now),
                revision.sourceDigest.slice(0, 12),
              ]),
            ),
            ...(calls.items.length === 0
              ? []
              : [
                  '',
                  table(
                    ['call', 'when', 'status', 'took', 'revision'],
                    calls.items.map(call => [
                      call.id,
                      relative(call.startedAt, now),
                      call.code ?? String(call.statusCode ?? call.outcome),
                      call.completedAt === undefined
                        ? '-'
                        : `${Date.parse(call.completedAt) - Date.parse(call.startedAt)} ms${call.coldStart ? ', cold' : ''}`,
                      String(call.revision),
                    ]),
                  ),
                ]),
          ].join('\n'),
        )
      }),
    )
}
