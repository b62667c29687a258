import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Function } from '../../src/contract/functions.ts'
import { finished, openWorkplace, untilWritten, type Workplace } from './hksFunc.ts'

type Record = { readonly type: string } & { readonly [field: string]: unknown }

/** A session of `hks-func dev --json` and what it says. */
interface Session {
  readonly child: ChildProcess
  /** The next record that fits; those before it are passed over. */
  until(fits: (record: Record) => boolean): Promise<Record>
  /** Ends it by a signal; its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

const answering = (value: unknown) => `export const handler = () => {
  console.log('says', ${JSON.stringify(value)})
  return ${JSON.stringify(value)}
}
`
const isServing = ({ type }: Record) => type === 'serving'
const isRefused = ({ type }: Record) => type === 'refused'

describe('hks-func dev', function () {
  this.timeout(120_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
  })
  after(() => place.close())

  let count = 0
  /** A function's folder of the test's own. */
  const makeFolder = (text: string, yaml = '') => {
    const name = `f${++count}`
    const folder = join(place.folder, name)
    mkdirSync(folder)
    writeFileSync(join(folder, 'function.yaml'), `name: ${name}\nruntime: node\n${yaml}`)
    const save = (content: string) => writeFileSync(join(folder, 'index.mjs'), content)
    save(text)
    return { name, folder, save }
  }
  const start = (...args: readonly string[]): Session => {
    const child = place.start(['dev', '--json', ...args])
    const ended = finished(child)
    const records: Record[] = []
    let wake = Promise.withResolvers<void>()
    createInterface({ input: child.stdout! }).on('line', line => {
      records.push(JSON.parse(line) as Record)
      wake.resolve()
      wake = Promise.withResolvers()
    })
    return {
      child,
      until: async fits => {
        for (;;) {
          const record = records.shift()
          if (record && fits(record)) return record
          if (record) continue
          await Promise.race([
            wake.promise,
            ended.then(({ code, stderr }) => {
              if (records.length === 0) throw new Error(`It ended with ${code}: ${stderr}`)
            }),
          ])
        }
      },
      end: async (signal = 'SIGINT') => {
        child.kill(signal)
        return (await ended).code
      },
    }
  }
  const call = async (name: string) => (await place.run(['invoke', name])).stdout
  const describeFunction = (name: string) => place.json<Function>('describe', name)

  it('serves a save by the next call, prints the log, and leaves the function deployed', async () => {
    const { name, save } = makeFolder(answering('one'))
    const session = start(name)
    assert.equal((await session.until(isServing))['revision'], 1)
    save(answering('two'))
    assert.equal((await session.until(isServing))['revision'], 2)
    assert.equal(await call(name), '"two"')
    const line = await session.until(({ type }) => type === 'log')
    assert.deepEqual([line['text'], line['stream']], ['says two', 'stdout'])
    assert.equal(await session.end(), 0)
    assert.equal(await call(name), '"two"')
  })

  it('keeps the old code when a save does not parse, and says where: for people, too', async () => {
    const { name, folder, save } = makeFolder(answering('good'))
    const session = start(name)
    await session.until(isServing)
    save('const a = 1\nexport const = 2\n')
    const { details, serving, code } = await session.until(isRefused)
    const { file, line, column } = details as { readonly [field: string]: unknown }
    assert.deepEqual([code, file, line, column, serving], ['INVALID_SOURCE', join(folder, 'index.mjs'), 2, 14, 1])
    assert.equal(await call(name), '"good"')
    save(answering('mended'))
    await session.until(isServing)
    assert.equal(await call(name), '"mended"')
    await session.end()

    const forPeople = place.start(['dev', name])
    const serves = untilWritten(forPeople, 'stderr', /Revision 3 of f\d+ serves after \d+ ms\.\n/)
    assert.match(await serves, /Watching f\d+\. Each save is deployed to hello as f\d+; Ctrl-C ends it\.\n/)
    const refused = untilWritten(forPeople, 'stderr', /Revision 3 goes on serving\.\n/)
    save('const a = 1\nexport const = 2\n')
    assert.match(await refused, /\d\d:\d\d:\d\d error: f\d+\/index\.mjs:2:14: Unexpected token .*\(INVALID_SOURCE\)\n/)
    const thrown = untilWritten(forPeople, 'stderr', /error: f\d+\/index\.mjs:2[^]*goes on serving\.\n/)
    save('\nnull.table()\n')
    assert.match(await thrown, /index\.mjs:2(:\d+)?: TypeError: Cannot read properties of null .*\(DEPLOY_FAILED\)\n/)
    const refusedYaml = untilWritten(forPeople, 'stderr', /\(INVALID_REQUEST\)\n/)
    writeFileSync(join(folder, 'function.yaml'), `name: ${name}\nruntime: nodejs\n`)
    assert.match(await refusedYaml, /:\d\d error: f\d+\/function\.yaml:2: runtime: must be one of .*\n/)
    const ended = finished(forPeople)
    forPeople.kill('SIGINT')
    const { code: exit, stderr } = await ended
    assert.equal(exit, 0)
    assert.match(stderr, /f\d+ stays deployed\.\n$/)
  })

  it('says that its function.yaml has gone, and goes on when that is back', async () => {
    const { name, folder } = makeFolder(answering('here'))
    const session = start(name)
    await session.until(isServing)
    const file = join(folder, 'function.yaml')
    renameSync(file, join(folder, 'away.yaml'))
    const { code, error, hint, details, serving } = await session.until(isRefused)
    assert.deepEqual(
      [code, error, hint, (details as { file: string }).file, serving],
      ['INVALID_REQUEST', `${file} is not there any more.`, 'Put it back.', file, 1],
    )
    renameSync(join(folder, 'away.yaml'), file)
    await session.until(isServing)
    await session.end()
  })

  it('follows code that throws while it loads, from the first save on', async () => {
    const { name, save } = makeFolder("console.log('loading')\nthrow new Error('no table')\n")
    const session = start(name)
    const refused = await session.until(isRefused)
    assert.deepEqual([refused['code'], refused['serving']], ['DEPLOY_FAILED', 0])
    assert.equal((refused['details'] as { line: number }).line, 2)
    await session.until(({ type, text }) => type === 'log' && text === 'loading')
    save(answering('loads'))
    await session.until(isServing)
    assert.equal(await call(name), '"loads"')
    await session.end()
  })

  it('ends at the last of many fast saves, whichever way they are written', async () => {
    const { name, folder, save } = makeFolder(answering(0))
    const session = start(name)
    await session.until(isServing)
    for (let number = 1; number <= 60; number++) {
      if (number % 3 === 0) {
        writeFileSync(join(folder, '.index.mjs.swp'), answering(number))
        renameSync(join(folder, '.index.mjs.swp'), join(folder, 'index.mjs'))
      } else save(answering(number))
      // The session's watch and deployments go on in between.
      await new Promise(setImmediate)
    }
    while ((await session.until(isServing), await call(name)) !== '60');
    const { revisions, status } = await describeFunction(name)
    assert.deepEqual([status, revisions.length], ['ready', 1])
    await session.end()
  })

  it('cancels a deployment that a newer save has overtaken, and the one under way when it ends', async () => {
    const { name, save } = makeFolder(answering('quick'))
    const session = start(name)
    await session.until(isServing)
    const endless = "console.log('waits')\nawait new Promise(resolve => setTimeout(resolve, 3_600_000))\n"
    const waits = ({ type, text }: Record) => type === 'log' && text === 'waits'
    save(endless)
    await session.until(waits)
    save(answering('newer'))
    await session.until(isServing)
    assert.equal(await call(name), '"newer"')
    save(endless)
    await session.until(waits)
    assert.equal(await session.end(), 0)
    const { status, revisions } = await describeFunction(name)
    assert.equal(status, 'ready')
    assert.deepEqual(
      revisions.map(revision => revision.status),
      ['ready'],
    )
    assert.equal(await call(name), '"newer"')
  })

  it('cancels also the first deployment of all, and leaves nothing when it ends in it', async () => {
    const endless = 'await new Promise(resolve => setTimeout(resolve, 3_600_000))\n'
    const { name, save } = makeFolder(endless)
    const isStarting = ({ type, message }: Record) => type === 'progress' && message === 'starting'
    const session = start(name)
    await session.until(isStarting)
    save(answering('newer'))
    await session.until(isServing)
    assert.equal(await call(name), '"newer"')
    await session.end()

    const other = makeFolder(endless)
    const stillborn = start(other.name)
    await stillborn.until(isStarting)
    assert.equal(await stillborn.end(), 0)
    assert.equal((await place.run(['describe', other.name])).code, 4)
  })

  it('goes on when the gateway is stopped: the next save starts it, and the log is followed again', async () => {
    const { name, save } = makeFolder(answering('before'))
    const session = start(name)
    await session.until(isServing)
    await place.run(['gateway', 'stop', '--grace', '0'])
    save(answering('after'))
    await session.until(isServing)
    assert.equal(await call(name), '"after"')
    await session.until(({ type, text }) => type === 'log' && text === 'says after')
    await session.end('SIGTERM')
  })

  it('deploys anew what somebody deleted, and follows that', async () => {
    const { name, save } = makeFolder(answering('first'))
    const session = start(name)
    await session.until(isServing)
    await place.run(['delete', name, '--yes'])
    save(answering('second'))
    assert.equal((await session.until(isServing))['revision'], 1)
    await call(name)
    await session.until(({ type, text }) => type === 'log' && text === 'says second')
    await session.end()
  })

  it('refuses another name in function.yaml, takes what else is in it, and ends when the folder is gone', async () => {
    const { name, folder } = makeFolder(answering('x'))
    const session = start(name)
    await session.until(isServing)
    const yaml = join(folder, 'function.yaml')
    writeFileSync(yaml, 'name: other\nruntime: node\n')
    const refused = await session.until(isRefused)
    assert.equal(refused['error'], `${yaml}:1: name: function.yaml says "other" now; this session is of "${name}".`)
    writeFileSync(yaml, `name: ${name}\nruntime: node\ntimeout: 0\n`)
    const late = await session.until(isRefused)
    assert.equal(late['error'], `${yaml}:3: timeout: 0 must be at least 1.`)
    assert.equal((late['details'] as Record)['line'], 3)
    writeFileSync(yaml, `name: ${name}\nruntime: node\ntimeout: 7\n`)
    await session.until(isServing)
    assert.equal((await describeFunction(name)).timeout, 7)
    const ended = finished(session.child)
    rmSync(folder, { recursive: true })
    const { code, stderr } = await ended
    assert.equal(code, 4)
    assert.match(stderr, /is not there any more/)
  })

  it('watches one file, and deletes at the end what was not there before', async () => {
    const file = join(place.folder, 'once.mjs')
    writeFileSync(file, answering(1))
    const session = start('once.mjs', '--delete-on-exit')
    await session.until(isServing)
    writeFileSync(file, answering(2))
    await session.until(isServing)
    assert.equal(await call('once'), '2')
    assert.equal(await session.end(), 0)
    assert.equal((await place.run(['describe', 'once'])).code, 4)

    await place.run(['deploy', 'once.mjs'])
    const again = start('once.mjs', '--delete-on-exit')
    await again.until(isServing)
    await again.end()
    assert.equal(await call('once'), '2')
  })
})
