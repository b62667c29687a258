import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import type { Function } from '../../src/contract/functions.ts'
import type { LogLine } from '../../src/contract/logs.ts'
import { finished, openWorkplace, untilWritten, type Workplace } from './hksFunc.ts'

interface Items<T> {
  readonly items: readonly T[]
}

/** What a command with `--json` says of its failure. */
const errorOf = (stderr: string) =>
  JSON.parse(stderr) as { readonly code: string; readonly error: string; readonly details: Record<string, unknown> }

describe('hks-func and functions', function () {
  this.timeout(120_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
  })
  after(() => place.close())

  it('starts the gateway when none runs, says so to people, and lists nothing', async () => {
    const { code, stdout, stderr } = await place.run(['list'])
    assert.deepEqual([code, stderr], [0, 'Starting the gateway …\n'])
    assert.match(stdout, /^\/.*hello has no functions\. Begin with hks-func init\.\n$/)
    const { items } = await place.json<Items<unknown>>('cronjob', 'list')
    assert.deepEqual(items, [])
  })

  it('deploys what init wrote, and finds it again from inside its folder', async () => {
    assert.equal((await place.run(['init', 'greet', '-r', 'node', '-t', 'hello'])).code, 0)
    const { code, stdout, stderr } = await place.run(['deploy', 'greet'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Function: greet\nStatus: {3}ready\nRevision: 1\nURL: {6}http:\/\/127\.0\.0\.1:\d+\/f\//)
    assert.equal(stderr, 'Deploying greet to hello …\n')
    const [list, inside, byName] = await Promise.all([
      place.run(['list']),
      place.run(['list', '--json'], { cwd: join(place.folder, 'greet') }),
      place.run(['-p', 'hello', 'list', '--json'], { cwd: '/' }),
    ])
    assert.match(list.stdout, /^NAME +RUNTIME +STATUS +REVISION +REPLICAS +URL\ngreet +node +ready +1 +\d +http/)
    for (const { stdout: json } of [inside, byName]) {
      assert.deepEqual(
        (JSON.parse(json) as Items<Function>).items.map(fn => fn.name),
        ['greet'],
      )
    }
  })

  it('invokes with data, a file and standard input, and passes the answer on as it is', async () => {
    writeFileSync(join(place.folder, 'eva.json'), '{"name": "Eva"}')
    const [data, file, input, none] = await Promise.all([
      place.run(['invoke', 'greet', '--data', '{"name": "Ada"}']),
      place.run(['invoke', 'greet', '--file', 'eva.json']),
      place.run(['invoke', 'greet', '--data', '-'], { input: '{"name": "Ida"}' }),
      place.run(['invoke', 'greet']),
    ])
    const messages = [data, file, input, none].map(({ stdout }) => (JSON.parse(stdout) as { message: string }).message)
    assert.deepEqual(messages.slice(0, 3), ['Hello, Ada', 'Hello, Eva', 'Hello, Ida'])
    assert.deepEqual(
      [data, file, input, none].map(({ code, stderr }) => [code, stderr]),
      Array(4).fill([0, '']),
    )
  })

  it('answers status, headers and body of a call as JSON', async () => {
    const answer = await place.json<Record<string, unknown>>('invoke', 'greet', '-d', '{"name":"Ada"}')
    assert.equal(answer['status'], 200)
    assert.equal((answer['headers'] as Record<string, string>)['content-type'], 'application/json')
    assert.equal((answer['body'] as Record<string, unknown>)['message'], 'Hello, Ada')
    const accepted = await place.json<Record<string, unknown>>('invoke', 'greet', '--async')
    assert.equal(accepted['status'], 202)
    assert.match((accepted['body'] as { invocationId: string }).invocationId, /^[0-9a-f-]{36}$/)
  })

  it('deploys one source file, with what the command line adds', async () => {
    writeFileSync(
      join(place.folder, 'oddJobs.mjs'),
      `export const handler = (event, context) => {
  console.log('asked for', event)
  if (event === 'throw') throw new Error('broken on purpose')
  if (event === 'refuse') return context.response(418, {}, 'I am a teapot')
  if (event === 'bytes') return context.response(200, { 'Content-Type': 'x/y' }, new Uint8Array([0, 255, 10]))
  return process.env.WORD ?? null
}\n`,
    )
    const args = ['deploy', 'oddJobs.mjs', '-n', 'odd', '-e', 'WORD=a=b', '--timeout', '7'] as const
    const deployed = await place.json<Function>(...args)
    assert.deepEqual(
      [deployed.name, deployed.handler, deployed.environment, deployed.timeout, deployed.status],
      ['odd', 'oddJobs.handler', { WORD: 'a=b' }, 7, 'ready'],
    )
    assert.equal((await place.run(['invoke', 'odd'])).stdout, '"a=b"')
  })

  it("deploys an agent's code without the network that its function.yaml asks for", async () => {
    mkdirSync(join(place.folder, 'generated'))
    writeFileSync(join(place.folder, 'generated/function.yaml'), 'name: generated\nruntime: node\nnetwork: full\n')
    writeFileSync(join(place.folder, 'generated/index.mjs'), 'export const handler = () => 1\n')
    const { code, stderr } = await place.run(['deploy', 'generated', '--profile', 'agent'])
    assert.match(stderr, /^network and allowedHosts of function\.yaml do not count with --profile agent\.\nDeploying /)
    // Without a sandbox it is not deployed at all.
    if (code !== 0) return assert.match(stderr, /\(SANDBOX_UNAVAILABLE\)/)
    const { profile, network } = await place.json<Function>('describe', 'generated')
    assert.deepEqual([profile, network], ['agent', 'none'])
    assert.match((await place.run(['describe', 'generated'])).stdout, /^Profile: +agent\nNetwork: +none$/m)
    assert.equal((await place.run(['delete', 'generated', '--yes'])).code, 0)
  })

  it('writes bytes as they are, and exits with 7 for a failed call', async () => {
    const call = (event: string, ...more: readonly string[]) =>
      place.run(['invoke', 'odd', '-d', event, '-c', 'text/plain', ...more])
    const [bytes, refused, thrown, json] = await Promise.all([
      call('bytes'),
      call('refuse'),
      call('throw'),
      call('throw', '--json'),
    ])
    assert.equal(bytes.code, 0)
    assert.deepEqual([refused.code, refused.stdout], [7, 'I am a teapot'])
    assert.match(refused.stderr, /The function answered 418\. \(FUNCTION_FAILED\)/)
    assert.deepEqual([thrown.code, thrown.stdout], [7, ''])
    assert.match(thrown.stderr, /raised an exception\. Error: .+ \(FUNCTION_FAILED\)\n {2}.*hks-func logs odd/)
    assert.deepEqual([json.code, (JSON.parse(json.stdout) as { status: number }).status], [7, 500])
    assert.equal(errorOf(json.stderr).code, 'FUNCTION_FAILED')
  })

  it('refuses a content type that no header can carry, before it calls', async () => {
    for (const type of ['nonsense', 'text/plain; charset=€', 'text/plain\nx: y']) {
      const { code, stderr } = await place.run(['invoke', 'greet', '--data', 'x', '--content-type', type])
      assert.equal(code, 2)
      assert.match(stderr, /'-c, --content-type <type>'.* is invalid\. It must be a media type such as text\/plain\./s)
    }
  })

  it('exits with 2 for a body that is not what its type says, and with 4 for a function that is not there', async () => {
    const [body, missing, id] = await Promise.all([
      place.run(['invoke', 'greet', '--data', 'hello']),
      place.run(['describe', 'nobody', '--json']),
      place.run(['describe', '00000000-0000-4000-8000-000000000000', '--json']),
    ])
    assert.equal(body.code, 2)
    assert.match(body.stderr, /\(EVENT_INVALID\)[^]*--content-type text\/plain/)
    assert.deepEqual([missing.code, id.code], [4, 4])
    assert.equal(errorOf(missing.stderr).error, 'No function "nobody" is in the project hello.')
  })

  it('keeps what serves when the next source is wrong, and names file and line', async () => {
    const file = join(place.folder, 'greet/index.mjs')
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, `${good}\nexport const = 1\n`)
    const { code, stderr, stdout } = await place.run(['deploy', 'greet', '--json'])
    assert.deepEqual([code, stdout], [2, ''])
    const { code: name, details } = errorOf(stderr)
    assert.deepEqual(
      [name, details['file'], details['line']],
      ['INVALID_SOURCE', 'index.mjs', good.split('\n').length + 1],
    )
    writeFileSync(file, good)
    assert.equal((await place.json<Function>('describe', 'greet')).revision, 1)
  })

  it('names the line of function.yaml that the gateway refuses, but for what the command line says', async () => {
    const file = join(place.folder, 'greet/function.yaml')
    const good = readFileSync(file, 'utf8')
    assert.doesNotMatch(good, /^scaling/m)
    writeFileSync(file, `${good}scaling:\n  maxScale: 2\n  minScale: 3\n`)
    const line = good.split('\n').length + 2
    const [text, json, option] = await Promise.all([
      place.run(['deploy', 'greet']),
      place.run(['deploy', 'greet', '--json']),
      place.run(['deploy', 'greet', '--timeout', '99999']),
    ])
    assert.equal(text.code, 2)
    assert.ok(
      text.stderr.includes(
        `function.yaml:${line}: scaling.minScale: 3 must not be above scaling.maxScale, which is 2. (INVALID_REQUEST)`,
      ),
      text.stderr,
    )
    const { details } = errorOf(json.stderr)
    assert.deepEqual([details['file'], details['line'], details['field']], [file, line, 'scaling.minScale'])
    assert.match(option.stderr, /^error: timeout: 99999 must be at most 3600\./m)
    writeFileSync(file, good)
  })

  it('describes a function with its revisions and last calls', async () => {
    const [text, json] = await Promise.all([
      place.run(['describe', 'odd']),
      place.json<Function & { invocations: { code?: string; outcome: string }[] }>('describe', 'odd'),
    ])
    assert.match(text.stdout, /^Name: +odd\n[^]*\nEnvironment: +WORD=a=b\n/)
    assert.match(text.stdout, /\nREVISION +TRAFFIC +STATUS +DEPLOYED +SOURCE\n1 +100 % +ready +.* ago +[0-9a-f]{12}\n/)
    assert.match(text.stdout, /\nCALL +WHEN +STATUS +TOOK +REVISION\n[^]*FUNCTION_FAILED/)
    assert.equal(json.invocations.length, 5)
    assert.ok(json.invocations.some(call => call.code === 'FUNCTION_FAILED'))
  })

  it('lists calls, shows one, calls again with what it was sent, and fetches and ends those in the background', async () => {
    const { invocationId } = await place.json<{ invocationId: string }>(
      'invoke',
      'odd',
      '-d',
      'bytes',
      '-c',
      'text/plain',
    )
    const background = await place.run(['invoke', 'odd', '--async', '-d', 'refuse', '-c', 'text/plain'])
    assert.match(background.stdout, /^[0-9a-f-]{36}\n$/)
    const [list, failed, json, show, replay, result, ended, missing] = await Promise.all([
      place.run(['invocations', 'odd', '--limit', '3']),
      place.run(['invocations', 'odd', '--failed']),
      place.json<Items<{ id: string; outcome: string }>>('invocations', 'odd', '--failed', '-n', '1'),
      place.run(['invocation', 'show', invocationId]),
      place.run(['invocation', 'replay', invocationId]),
      place.run(['invocation', 'result', background.stdout.trim()]),
      place.run(['invocation', 'cancel', invocationId]),
      place.run(['invocation', 'show', 'nobody']),
    ])
    assert.match(list.stdout, /^CALL +WHEN +STATUS +TOOK +REVISION\n(.+\n){3}$/)
    assert.match(failed.stdout, /FUNCTION_FAILED/)
    assert.doesNotMatch(failed.stdout, / 200 /)
    assert.deepEqual(
      json.items.map(call => call.outcome),
      ['failed'],
    )
    assert.match(
      show.stdout,
      /^Call: +[0-9a-f-]{36}\nFunction: +odd\n[^]*\nStatus: +succeeded, 200\n[^]*\nSandbox: +(?:strict|landlock|none)\n[^]*\n\nbytes\n$/,
    )
    assert.deepEqual([replay.code, replay.stdout.length], [0, Buffer.from([0, 255, 10]).toString().length])
    assert.deepEqual([result.code, result.stdout], [7, 'I am a teapot'])
    assert.match(ended.stderr, /has ended already\. \(CONFLICT\)/)
    assert.deepEqual([ended.code, missing.code], [5, 4])
  })

  it('says where the log of a call is that threw in the background, or again', async () => {
    const { stdout } = await place.run(['invoke', 'odd', '--async', '-d', 'throw', '-c', 'text/plain'])
    for (const verb of ['result', 'replay']) {
      const { code, stderr } = await place.run(['invocation', verb, stdout.trim()])
      assert.equal(code, 7)
      assert.match(stderr, /\(FUNCTION_FAILED\)\n {2}The log has more: hks-func logs odd\n$/, verb)
    }
  })

  it('prints an answer as it comes, and fails with its reason when it breaks off', async () => {
    writeFileSync(
      join(place.folder, 'streams.mjs'),
      `export async function* handler(event) {
  yield 'begun'
  if (event === 'break') throw new Error('in the middle')
  await new Promise(() => setInterval(() => {}, 1e6))
}\n`,
    )
    await place.json('deploy', 'streams.mjs')
    const broken = await place.run(['invoke', 'streams', '-d', 'break', '-c', 'text/plain'])
    assert.deepEqual([broken.code, broken.stdout], [7, 'begun'])
    assert.match(broken.stderr, /Error: in the middle \(FUNCTION_FAILED\)/)
    const running = place.start(['invoke', 'streams'])
    const end = finished(running)
    await untilWritten(running, 'stdout', /begun/)
    running.kill('SIGINT')
    assert.equal((await end).code, 130)
  })

  it('prints the log whole, its end, or since a time, with or without times', async () => {
    const [all, tail, none, times] = await Promise.all([
      place.run(['logs', 'odd']),
      place.run(['logs', 'odd', '--tail', '1', '--json']),
      place.run(['logs', 'odd', '--since', '2099-01-01T00:00:00Z']),
      place.run(['logs', 'odd', '--since', '1h', '--timestamps', '--tail', '2']),
    ])
    assert.match(all.stdout, /^-- Revision 1 is serving\.\nasked for null\n/)
    assert.match(all.stdout, /^asked for throw\nError: broken on purpose\n/m)
    const lines = tail.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as LogLine)
    assert.equal(lines.length, 1)
    assert.ok(lines[0]?.seq)
    assert.deepEqual([none.code, none.stdout], [0, ''])
    assert.match(times.stdout, /^(\d{4}-\d\d-\d\dT\S+Z .*\n){2}$/)
  })

  it('follows the log until Ctrl-C, which is exit code 130', async () => {
    const follow = place.start(['logs', 'odd', '--follow', '--tail', '0', '--json'])
    const end = finished(follow)
    const seen = untilWritten(follow, 'stdout', /"asked for live"/)
    let called = false
    while (!called) {
      // Until the stream is open a call may be too early to be seen.
      await place.run(['invoke', 'odd', '-d', 'live', '-c', 'text/plain'])
      called = await Promise.race([seen.then(() => true), new Promise<false>(later => setTimeout(later, 500, false))])
    }
    follow.kill('SIGINT')
    const { code, stdout, stderr } = await end
    assert.equal(code, 130)
    for (const line of stdout.trim().split('\n')) assert.ok((JSON.parse(line) as LogLine).seq)
    assert.equal(errorOf(stderr).code, 'CANCELLED')
  })

  it('sets a secret from standard input, which a function gets only when it names it', async () => {
    const set = await place.run(['secret', 'set', 'mail', 'api-key'], { input: 'p4ss word\n' })
    assert.deepEqual([set.code, set.stdout], [0, 'Set mail/api-key of hello.\n'])
    assert.deepEqual(await place.json('secret', 'list'), { items: [{ name: 'mail', keys: ['api-key'] }] })
    const folder = join(place.folder, 'reader')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'function.yaml'),
      'name: reader\nruntime: node\nsecrets:\n  - name: KEY\n    from: mail/api-key\n',
    )
    writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => process.env.KEY.length\n')
    // From inside the folder, without a path.
    assert.equal((await place.run(['deploy'], { cwd: folder })).code, 0)
    assert.equal((await place.run(['invoke', 'reader'])).stdout, '9')
    const [odd, list, reader] = await Promise.all([
      place.run(['invoke', 'odd']),
      place.run(['secret', 'list']),
      place.run(['describe', 'reader']),
    ])
    assert.equal(odd.stdout, '"a=b"')
    assert.equal(list.stdout, 'SECRET  KEYS\nmail    api-key\n')
    assert.match(reader.stdout, /^Secrets: +KEY from mail\/api-key$/m)
  })

  it("makes a project of the folder above a function's, but never of the home folder", async () => {
    const setIn = async (home: string, ...args: readonly string[]) => {
      const folder = join(place.folder, '..', home, 'solo')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'function.yaml'), 'name: solo\nruntime: node\n')
      const ended = await place.run(['secret', 'set', 'a', 'b', ...args], {
        cwd: folder,
        env: { HOME: join(place.folder, '../user') },
        input: 'x',
      })
      return ended.stdout
    }
    assert.equal(await setIn('work'), 'Set a/b of work.\n')
    assert.equal(await setIn('user'), 'Set a/b of solo.\n')
    assert.equal(await setIn('third', '--project', '..'), 'Set a/b of third.\n')
    const missing = await place.run(['list', '--project', './nowhere'])
    assert.deepEqual([missing.code, missing.stdout], [4, ''])
    const [connection, unknown] = await Promise.all([place.run(['use', 'local']), place.run(['use', 'nowhere'])])
    assert.deepEqual([connection.code, unknown.code], [4, 4])
    assert.match(connection.stderr, /"local" is this machine, whose projects are folders/)
    assert.match(unknown.stderr, /There are: .*solo/)
  })

  it('deletes a function that CronJobs call only by force, and names them', async () => {
    await place.json('deploy', 'oddJobs.mjs', '-n', 'called')
    await place.json('cronjob', 'create', 'caller', '-s', '0 0 1 1 *', '--function', 'called')
    const { items } = await place.json<Items<CronJob>>('cronjob', 'list')
    const caller = items.find(job => job.name === 'caller')!
    assert.deepEqual([caller.payload, 'command' in caller, 'args' in caller], [null, false, false])
    const [asked, refused, json] = await Promise.all([
      place.run(['delete', 'called']),
      place.run(['delete', 'called', '--yes']),
      place.run(['delete', 'called', '--yes', '--json']),
    ])
    assert.equal(asked.code, 2)
    assert.match(
      asked.stderr,
      /and log\? The CronJob caller calls it and will fail\. Nobody can answer here\..*\n {2}Add --force\.\n$/,
    )
    assert.equal(refused.code, 5)
    assert.match(refused.stderr, /The CronJob caller calls the function "called"\. \(CONFLICT\)\n.*--force/)
    assert.deepEqual(errorOf(json.stderr).details, { cronJobs: [{ id: caller.id, name: 'caller' }] })
    const forced = await place.run(['delete', 'called', '--force'])
    assert.deepEqual([forced.code, forced.stdout], [0, 'Deleted called.\n'])
    assert.equal((await place.run(['cronjob', 'delete', 'caller', '-y'])).code, 0)
  })

  it('deletes several at once; one that CronJobs call keeps no other from it', async () => {
    for (const name of ['one', 'two', 'three']) await place.json('deploy', 'oddJobs.mjs', '-n', name)
    await place.json('cronjob', 'create', 'other', '-s', '0 0 1 1 *', '--function', 'two')
    const unknown = await place.run(['delete', 'one', 'nowhere', '--yes'])
    assert.deepEqual([unknown.code, unknown.stdout], [4, ''])
    const unknowns = await place.run(['delete', 'nobody', 'one', 'nowhere', '--yes'])
    assert.equal(unknowns.code, 4)
    assert.match(unknowns.stderr, /No function "nobody" .*\n.*No function "nowhere" .*\n.*It has: /)
    const asked = await place.run(['delete', 'one', 'two', 'three'])
    assert.match(
      asked.stderr,
      /Delete the functions one, two, three with their revisions and logs\? The CronJob other calls two and will fail\./,
    )
    const partly = await place.run(['delete', 'one', 'two', 'three', 'one', '--yes'])
    assert.deepEqual([partly.code, partly.stdout], [5, 'Deleted one.\nDeleted three.\n'])
    assert.match(
      partly.stderr,
      /1 of 3 functions were not deleted\. \(CONFLICT\)\n *two: The CronJob other calls.*\n.*--force/,
    )
    await place.json('deploy', 'oddJobs.mjs', '-n', 'four')
    const forced = await place.json<Items<{ name: string; result: object }>>('delete', 'two', 'four', '--force')
    assert.deepEqual(
      forced.items.map(({ name, result }) => [name, Object.keys(result)]),
      [
        ['two', ['deleted']],
        ['four', ['deleted']],
      ],
    )
    assert.equal((await place.run(['cronjob', 'delete', 'other', '-y'])).code, 0)
  })

  it('deletes only when it is told that it may', async () => {
    const asked = await Promise.all([
      place.run(['secret', 'delete', 'mail']),
      place.run(['delete', 'odd']),
      place.run(['secret', 'set', 'mail', 'empty']),
    ])
    for (const { code, stderr } of asked) {
      assert.equal(code, 2)
      assert.match(stderr, /Add --yes\.|is empty/)
    }
    const done = await Promise.all([
      place.run(['secret', 'delete', 'mail', '--yes']),
      place.run(['delete', 'odd', '--yes']),
      place.json<{ deleted: string }>('delete', 'reader', '-y'),
    ])
    assert.deepEqual([done[0].stdout, done[1].stdout], ['Deleted mail.\n', 'Deleted odd.\n'])
    assert.match(done[2].deleted, /^[0-9a-f-]{36}$/)
    const [functions, secrets, again] = await Promise.all([
      place.json<Items<Function>>('list'),
      place.run(['secret', 'list']),
      place.run(['delete', 'odd', '--yes']),
    ])
    assert.deepEqual(
      functions.items.map(fn => fn.name),
      ['greet', 'streams'],
    )
    assert.equal(secrets.stdout, 'hello has no secrets.\n')
    assert.equal(again.code, 4)
  })
})
