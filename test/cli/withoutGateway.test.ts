import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { finished, openWorkplace, programs, type Workplace } from './hksFunc.ts'
import { version } from '../../src/base/version.ts'

describe('hks-func without a gateway', function () {
  this.timeout(60_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
  })
  after(async () => {
    assert.equal(existsSync(place.home), false, 'a command that needs no gateway made a data folder')
    await place.close()
  })

  it('prints help without a command, and its version', async () => {
    const [help, versions] = await Promise.all([place.run([]), place.run(['--version'])])
    assert.equal(help.code, 0)
    assert.match(help.stdout, /^Usage: hks-func /)
    assert.deepEqual(versions, { code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('runs from the sources as it does when built', async () => {
    const args = ['schedule', 'next', '@daily', '--from', '2026-01-01T00:00:00Z', '--count', '1', '--json']
    const [built, sources] = await Promise.all([place.run(args), place.run(args, { program: programs.sources })])
    assert.deepEqual(JSON.parse(built.stdout), {
      schedule: '@daily',
      timeZone: 'UTC',
      next: ['2026-01-02T00:00:00.000Z'],
    })
    assert.deepEqual(sources, built)
  })

  it('exits with 2 for a wrong command line and says it on stderr, as JSON with --json', async () => {
    const [text, json, missing] = await Promise.all([
      place.run(['list', '--bogus']),
      place.run(['list', '--bogus', '--json']),
      place.run(['cronjob', '--json']),
    ])
    assert.deepEqual([text.code, text.stdout, json.code, json.stdout], [2, '', 2, ''])
    assert.match(text.stderr, /^error: unknown option '--bogus' \(INVALID_REQUEST\)\n/)
    assert.equal((JSON.parse(json.stderr) as { code: string }).code, 'INVALID_REQUEST')
    assert.equal((JSON.parse(missing.stderr) as { error: string }).error, 'A subcommand is missing.')
  })

  it('refuses an option that would change nothing, and a list that is too long', async () => {
    const [blind, long] = await Promise.all([
      place.run(['logs', 'greet', '--ignore-case']),
      place.run(['invocations', 'greet', '--limit', '1001']),
    ])
    assert.deepEqual([blind.code, long.code], [2, 2])
    assert.match(blind.stderr, /^error: option '-i, --ignore-case' needs --grep \(INVALID_REQUEST\)\n/)
    assert.match(long.stderr, /It must be a whole number from 1 to 1000\. \(INVALID_REQUEST\)\n/)
  })

  it('says the next runs across a clock change', async () => {
    const { code, stdout } = await place.run([
      ...['schedule', 'next', '30 2 * * *', '--time-zone', 'Europe/Berlin'],
      ...['--from', '2026-03-28T00:00:00Z', '--count', '2'],
    ])
    assert.equal(code, 0)
    const times = stdout.split('\n').map(line => line.slice(0, 26))
    assert.deepEqual(times, ['2026-03-28 02:30:00 +01:00', '2026-03-30 02:30:00 +02:00', ''])
  })

  it('reads an instant in every form of RFC 3339, and one without seconds', async () => {
    const from = async (instant: string) => {
      const args = ['schedule', 'next', '@daily', '--from', instant, '--count', '1', '--json']
      const { code, stdout } = await place.run(args, { program: programs.sources })
      return code === 0 ? (JSON.parse(stdout) as { next: string[] }).next[0] : code
    }
    const answers = ['2026-12-31T23:59:60Z', '2027-01-01T05:30+05:30', '2026-02-30T00:00:00Z'].map(from)
    assert.deepEqual(await Promise.all(answers), ['2027-01-02T00:00:00.000Z', '2027-01-02T00:00:00.000Z', 2])
  })

  it('says so when its output cannot be written', async function () {
    if (process.platform !== 'linux') this.skip()
    const { code, stderr } = await place.run([], {
      node: [
        process.execPath,
        '--import',
        `data:text/javascript,import{openSync,closeSync}from'fs';closeSync(1);openSync('/dev/full','w')`,
      ],
    })
    assert.equal(code, 6)
    assert.match(
      stderr,
      /^error: The output cannot be written: the disk is full\. \(STORE_FAILED\)\n {2}Free some space, then try again\.\n$/,
    )
  })

  it('ends the list of runs with the year 9999, after which RFC 3339 has no form', async () => {
    const { next } = await place.json<{ next: string[] }>(
      ...['schedule', 'next', '0 0 1 1 *', '--from', '9998-06-01T00:00:00Z', '--count', '3'],
    )
    assert.deepEqual(next, ['9999-01-01T00:00:00.000Z'])
  })

  it('explains a schedule with its warnings', async () => {
    const [text, never] = await Promise.all([
      place.run(['schedule', 'explain', '0 0 13 * FRI', '--time-zone', 'Asia/Tokyo']),
      place.json<{ next: string[]; warnings: { severity: string }[] }>('schedule', 'explain', '0 0 30 2 *'),
    ])
    assert.match(text.stdout, /^Schedule: +0 0 13 \* FRI\nMeaning: +At 00:00 on day 13/)
    assert.match(text.stdout, /\nTime zone: +Asia\/Tokyo\n/)
    assert.match(text.stdout, /\nwarning: Runs on Friday and also on day 13/)
    assert.deepEqual(never.next, [])
    assert.ok(never.warnings.some(({ severity }) => severity === 'error'))
  })

  it('points at the place of a fault in a schedule, and says it to programs as a number', async () => {
    const [text, json, zone] = await Promise.all([
      place.run(['schedule', 'next', '0 25 * * *']),
      place.run(['schedule', 'next', '0 25 * * *', '--json']),
      place.run(['schedule', 'explain', '@hourly', '--time-zone', 'Mars/Olympus']),
    ])
    assert.deepEqual([text.code, json.code, zone.code], [2, 2, 2])
    assert.match(text.stderr, /\(INVALID_SCHEDULE\)\n {2}0 25 \* \* \*\n {4}\^\n/)
    const { code, details, error } = JSON.parse(json.stderr) as Record<string, unknown>
    assert.deepEqual([code, details], ['INVALID_SCHEDULE', { part: 'hour', position: 2 }])
    assert.doesNotMatch(String(error), /\^/)
    assert.match(zone.stderr, /^error: --time-zone: [^]*\(INVALID_SCHEDULE\)/)
  })

  it('writes a function from a template, and never over a file', async () => {
    const args = ['init', '--runtime', 'node', '--template', 'hello', 'greet']
    const first = await place.run(args)
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /^Wrote greet:\n {2}greet\/index\.mjs\n[^]*\nNext: hks-func deploy greet\n$/)
    assert.match(readFileSync(join(place.folder, 'greet/function.yaml'), 'utf8'), /^name: greet$/m)
    const again = await place.run([...args, '--json'])
    assert.deepEqual([again.code, (JSON.parse(again.stderr) as { code: string }).code], [5, 'CONFLICT'])
  })

  it('says which names, templates and choices init takes', async () => {
    const [name, template, choice, noName] = await Promise.all([
      place.run(['init', 'Über Name', '-r', 'node', '-t', 'hello']),
      place.run(['init', 'x', '--runtime', 'ruby']),
      place.run(['init', 'x', '--runtime', 'python']),
      place.run(['init', '--runtime', 'python', '--template', 'hello']),
    ])
    assert.deepEqual([name.code, template.code, choice.code, noName.code], [2, 4, 2, 2])
    assert.match(name.stderr, /Use ber-name\./)
    assert.match(template.stderr, /There are go\/hello, [^]*python\/webhook\./)
    assert.match(choice.stderr, /choose one of python\/hello, python\/scheduled, python\/webhook\./)
    assert.match(noName.stderr, /^error: name: is missing\./)
    assert.deepEqual(readdirSync(place.folder), ['greet'])
  })

  it('refuses at once to write a function where no folder can be', async function () {
    if (process.platform !== 'linux') this.skip()
    const { code, stderr } = await place.run(['init', '-r', 'node', '-t', 'hello', 'greet', '-f', '/proc/hks'])
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^error: \/proc\/hks cannot be made: [^\n]* \(INVALID_REQUEST\)\n {2}Choose another folder\.\n$/,
    )
  })

  it('refuses to deploy what is not there or cannot be deployed, before it needs a gateway', async () => {
    writeFileSync(join(place.folder, 'notes.rb'), 'puts 1')
    const [missing, empty, unknown] = await Promise.all([
      place.run(['deploy', 'nowhere']),
      place.run(['deploy']),
      place.run(['deploy', 'notes.rb']),
    ])
    assert.deepEqual([missing.code, empty.code, unknown.code], [4, 4, 2])
    assert.match(empty.stderr, /No function\.yaml is in .*hks-func init/s)
    assert.match(unknown.stderr, /INVALID_SOURCE/)
  })

  it('refuses a data folder that is not absolute', async () => {
    const { code, stderr } = await place.run(['list'], { env: { HKS_HOME: 'relative' } })
    assert.equal(code, 2)
    assert.match(stderr, /HKS_HOME: "relative" is not an absolute path/)
  })

  it('refuses a data folder that no folder can be, and names HKS_HOME', async () => {
    const file = join(place.folder, 'notes.rb')
    for (const home of [file, join(file, 'home')]) {
      for (const args of [['list'], ['gateway', 'run']]) {
        const { code, stdout, stderr } = await place.run([...args, '--json'], { env: { HKS_HOME: home } })
        const line = stderr.split('\n').find(each => each.startsWith('{')) ?? ''
        const said = JSON.parse(line) as { code: string; error: string; hint: string; details: { field: string } }
        assert.deepEqual(
          [code, stdout, said.code, said.error],
          [
            ...[2, '', 'INVALID_REQUEST'],
            `HKS_HOME: the data folder ${home} cannot be a folder: a file is in its place or above it.`,
          ],
        )
        assert.equal(said.hint, 'Set HKS_HOME to a folder that can be made, or unset it.')
      }
    }
  })

  it('refuses a data folder that a link leads to the kernel’s own files', async function () {
    if (process.platform !== 'linux') this.skip()
    const link = join(place.folder, 'link')
    symlinkSync('/proc', link)
    for (const args of [['list'], ['gateway', 'run']]) {
      const { code, stderr } = await place.run(args, { env: { HKS_HOME: join(link, 'hks') } })
      assert.equal(code, 2)
      assert.match(stderr, /^error: HKS_HOME: the data folder \S+ cannot be made\. \(INVALID_REQUEST\)$/m)
    }
  })

  it('reports that no gateway runs with exit code 6', async () => {
    const [status, stop] = await Promise.all([
      place.run(['gateway', 'status', '--json']),
      place.json<{ result: string }>('gateway', 'stop'),
    ])
    assert.deepEqual([status.code, status.stdout], [6, ''])
    assert.equal((JSON.parse(status.stderr) as { code: string }).code, 'GATEWAY_UNREACHABLE')
    assert.equal(stop.result, 'notRunning')
  })

  it('ends quietly when the reader of its output goes away', async () => {
    const child = place.start(['schedule', 'next', '* * * * *', '--count', '20000', '--json'])
    const end = finished(child)
    await once(child.stdout!, 'data')
    child.stdout!.destroy()
    const { code, stderr } = await end
    assert.deepEqual([code, stderr], [0, ''])
  })

  it('exits with 130 when it is interrupted while it reads its input', async () => {
    const child = place.start(['cronjob', 'apply', '-f', '-', '--json'])
    const end = finished(child)
    // Its handlers are in place once a part of what it reads has gone through the pipe.
    while (!child.stdin!.write(' '.repeat(65_536))) await once(child.stdin!, 'drain')
    await new Promise<void>(resolve => child.stdin!.write(' '.repeat(1_000_000), () => resolve()))
    child.kill('SIGINT')
    const { code, stdout, stderr } = await end
    assert.deepEqual([code, stdout], [130, ''])
    assert.equal((JSON.parse(stderr) as { code: string }).code, 'CANCELLED')
  })

  it('ends as by Ctrl-C also where what it waits for hears of no signal', async function () {
    if (process.platform === 'win32') this.skip()
    const pipe = join(place.folder, 'pipe.yaml')
    await promisify(execFile)('mkfifo', [pipe])
    const child = place.start(['cronjob', 'apply', '-f', pipe, '--json'])
    const end = finished(child)
    // Opening it for writing succeeds only when the command reads.
    const writer = await open(pipe, 'w')
    child.kill('SIGTERM')
    const { stderr } = await end
    await writer.close()
    assert.deepEqual([child.signalCode, (JSON.parse(stderr) as { code: string }).code], ['SIGINT', 'CANCELLED'])
  })

  describe('completion', () => {
    let script: string
    before(async () => {
      const { code, stdout } = await place.run(['completion', 'bash'])
      assert.equal(code, 0)
      script = join(place.folder, 'completion.sh')
      writeFileSync(script, stdout)
    })

    /** What bash offers for the last of the given words. */
    async function offered(...words: readonly string[]): Promise<string[]> {
      const line = ['hks-func', ...words]
      const ask = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=${words.length}; _hks_func; printf '%s\\n' "\${COMPREPLY[@]}"`
      const { stdout } = await promisify(execFile)('bash', ['-c', ask, 'bash', ...line])
      return stdout.split('\n').filter(word => word !== '')
    }

    it('offers commands, subcommands and options in bash', async () => {
      assert.deepEqual(await offered('de'), ['deploy', 'dev', 'describe', 'delete'])
      assert.deepEqual(await offered('cronjob', 'su'), ['suspend'])
      assert.deepEqual(await offered('cj', 'create', 'n', '--st'), ['--starting-deadline'])
      assert.deepEqual(await offered('schedule', ''), ['next', 'explain', '--json', '--help'])
    })

    it('passes over options and their values', async () => {
      assert.deepEqual(await offered('-p', 'hello', 'cronjob', 'tr'), ['trigger'])
      assert.deepEqual(await offered('logs', 'greet', '--ti'), ['--timestamps'])
      assert.deepEqual(await offered('invoke', 'greet', '--file', 'x'), [])
    })

    it('names every command for zsh and fish', async () => {
      const [zsh, fish] = await Promise.all([place.run(['completion', 'zsh']), place.run(['completion', 'fish'])])
      assert.match(zsh.stdout, /^autoload -U \+X bashcompinit && bashcompinit\n_hks_func\(\) \{/)
      assert.match(fish.stdout, /^complete -c hks-func .*-a deploy /m)
      assert.match(fish.stdout, /^complete -c hks-func -n '__fish_seen_subcommand_from cronjob; .*-a trigger /m)
    })
  })
})
