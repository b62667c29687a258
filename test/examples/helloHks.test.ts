import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseManifest } from '../../src/scaffold/cronJobManifest.ts'
import { readFunctionFolder } from '../../src/scaffold/functionYaml.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeRuntimes, loadedLanguages } from '../support/runtimeLanguages.ts'

const example = join(import.meta.dirname, '../../examples/hello-hks')

/** What the README of the example promises of its functions. */
const functions = {
  python: { folder: 'greet', body: '{"name": "Ada"}', answer: { greeting: 'Hello, Ada', revision: 7 } },
  node: { folder: 'shout', body: '{"text": "good morning"}', answer: { text: 'GOOD MORNING!' } },
} as const

const manifests = async () =>
  Promise.all(
    (await readdir(join(example, 'cronjobs'))).map(async file =>
      parseManifest(await readFile(join(example, 'cronjobs', file), 'utf8'), file),
    ),
  )

describe('the example hello-hks', () => {
  it('holds two CronJobs with a time zone, of which only the image has no effect here', async () => {
    const files = await manifests()
    assert.deepEqual(
      files.flatMap(file => file.cronJobs.map(({ create }) => [create.name, create.schedule, create.timeZone])),
      [
        ['heartbeat', '* * * * *', 'Etc/UTC'],
        ['nightly-report', '30 2 * * *', 'Europe/Berlin'],
      ],
    )
    for (const { cronJobs } of files)
      for (const { warnings } of cronJobs)
        assert.match(warnings.join('\n'), /^image busybox.* is ignored on local[^\n]*$/)
  })

  it('has commands that run on this machine and print', async () => {
    for (const { create } of (await manifests()).flatMap(file => file.cronJobs)) {
      const [command, ...args] = [...(create.command ?? []), ...(create.args ?? [])]
      const env = { PATH: process.env.PATH, ...create.environment }
      const { status, stdout, stderr } = spawnSync(String(command), args, { encoding: 'utf8', env })
      assert.deepEqual([status, stderr], [0, ''])
      assert.match(stdout, /^(alive at \d|Nightly report of \d)/)
    }
  }).timeout(30_000)
})

describeRuntimes(loadedLanguages, 'the function of hello-hks', language => {
  it('answers as the README says', async () => {
    const { folder, body, answer } = functions[language.name]
    const { settings } = await readFunctionFolder(join(example, 'functions', folder))
    assert.equal(settings.name, folder)
    const runtime = await startRuntime(language)
    try {
      await runtime.load(join(example, 'functions', folder), String(settings.handler), {
        environment: settings.environment ?? {},
      })
      const called = await runtime.call({ headers: { 'content-type': 'application/json' }, body })
      assert.deepEqual(JSON.parse(called.body.toString()), answer)
    } finally {
      await runtime.stop()
    }
  })
})
