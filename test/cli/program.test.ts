import assert from 'node:assert/strict'
import { type Command, CommanderError } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import type { Run } from '../../src/cli/context.ts'

const nothing: Run = () => Promise.resolve()
const allCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(allCommands)]

/** The command line, silent. */
function program(): Command {
  const made = createProgram(nothing, () => undefined)
  for (const command of allCommands(made)) command.configureOutput({ writeOut: () => undefined })
  return made
}

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: text => void (help += text) }).outputHelp()
  return help
}

/** The options that reach a command, as its work would get them. */
async function optionsOf(...args: readonly string[]): Promise<Record<string, unknown>> {
  let options: Record<string, unknown> | undefined
  const run: Run = async command => {
    options = { ...command.optsWithGlobals(), args: command.args }
  }
  await createProgram(run, () => undefined).parseAsync(args, { from: 'user' })
  assert.ok(options)
  return options
}

describe('the help of hks-func', () => {
  for (const command of allCommands(program())) {
    it(`shows an example of ${nameOf(command)}`, () => {
      assert.match(helpOf(command), /\nExamples?:\n {2}\$ .*hks-func/)
      for (const option of command.options) assert.ok(option.description, `${option.flags} has no description`)
    })
  }

  it('names only commands and options that exist in its examples', async () => {
    const lines = allCommands(program()).flatMap(
      command => helpOf(command).match(/(?<=\$ .*)hks-func [^|>)\n]+/g) ?? [],
    )
    assert.ok(lines.length > 30)
    for (const line of lines) {
      const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
      const parsed = program().parseAsync(words.slice(1), { from: 'user' })
      await assert.doesNotReject(
        parsed.catch((error: unknown) => {
          if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error
        }),
        line,
      )
    }
  })
})

describe('the options of hks-func', () => {
  it('takes --json and --project before, between and after the commands', async () => {
    const wanted = { json: true, project: 'p', args: [] }
    assert.deepEqual(await optionsOf('--json', '-p', 'p', 'cronjob', 'list'), wanted)
    assert.deepEqual(await optionsOf('cronjob', '--json', '-p', 'p', 'list'), wanted)
    assert.deepEqual(await optionsOf('cronjob', 'list', '--json', '-p', 'p'), wanted)
  })

  it('leaves to the command of a CronJob all that follows --, also what looks like an option of ours', async () => {
    const { args, json, env } = await optionsOf(
      ...['cronjob', 'create', 'n', '-s', '@hourly', '-e', 'A=1=2', '-e', 'B=', '--'],
      ...['sh', '-e', 'C=3', '--json', '-p', 'x', '--', '--help'],
    )
    assert.deepEqual(args, ['n', 'sh', '-e', 'C=3', '--json', '-p', 'x', '--', '--help'])
    assert.deepEqual([json, env], [undefined, { A: '1=2', B: '' }])
  })

  it('takes -- before any option', async () => {
    const { args } = await optionsOf('cronjob', 'create', '-s@hourly', 'n', '--', '-x')
    assert.deepEqual(args, ['n', '-x'])
  })

  it('takes an option-like value for what it is', async () => {
    assert.equal((await optionsOf('invoke', 'f', '--data', '--json'))['data'], '--json')
  })

  for (const [args, message] of [
    [['list', '--bogus'], /unknown option '--bogus'/],
    [['cronjob', 'lst'], /unknown command 'lst'[^]*Did you mean one of list, ls/],
    [['cronjob', 'create', 'n'], /required option '-s, --schedule/],
    [['cronjob', 'create', 'n', '-s', '@hourly', '-e', 'X'], /NAME=VALUE/],
    [['cronjob', 'create', 'n', '-s', '@hourly', '--concurrency-policy', 'allow'], /Allow, Forbid, Replace/],
    [['logs', 'f', '--tail', '-1'], /whole number of at least 0/],
    [['logs', 'f', '--since', 'yesterday'], /a span such as 90s/],
    [['schedule', 'next', '@hourly', '--from', '2026-03-28T00:00:00'], /an instant such as/],
    [['invoke', 'f', '-d', '1', '-f', 'x'], /cannot be used with/],
    [['gateway', 'status', '-p', 'x'], /unknown option '-p'/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      await assert.rejects(program().parseAsync(args, { from: 'user' }), message)
    })
  }
})
