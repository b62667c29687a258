import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderFunctionTemplate } from '../../src/scaffold/functionTemplates.ts'
import { readFunctionFolder } from '../../src/scaffold/functionYaml.ts'
import { packFolder } from '../../src/scaffold/packSource.ts'
import { goCacheFolder } from '../support/goRuntime.ts'
import type { CallOptions } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import type { RuntimeLanguage } from '../support/runtimeLanguages.ts'
import { describeEachRuntime, goCommand } from '../support/runtimeLanguages.ts'

const root = join(import.meta.dirname, '../..')
const json = { 'content-type': 'application/json' }

/** A call of each function template, and the JSON that it answers, in every language. */
const calls: Readonly<Record<string, readonly [CallOptions, number, unknown]>> = {
  hello: [
    { headers: json, body: '{"name": "Ada"}' },
    200,
    { message: 'Hello, Ada', function: 'under-test', revision: 7 },
  ],
  scheduled: [{ headers: json, body: '{"items": ["a", "b"]}' }, 200, { done: 2, left: [] }],
  webhook: [
    {
      headers: { ...json, 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/shop', 'ce-type': 'order.placed' },
      body: '{"total": 3}',
    },
    202,
    { accepted: 'order.placed' },
  ],
}

const ownTest: Readonly<Record<RuntimeLanguage['name'], (language: RuntimeLanguage) => readonly [string, string[]]>> = {
  node: ({ command }) => [command, ['--test']],
  python: ({ command }) => [command, ['-B', '-m', 'unittest']],
  go: () => [goCommand, ['test', '-v', './...']],
}

const deployed: Readonly<Record<RuntimeLanguage['name'], readonly string[]>> = {
  node: ['function.yaml', 'index.mjs'],
  python: ['function.yaml', 'main.py'],
  go: ['function.go', 'function.yaml', 'go.mod'],
}

describeEachRuntime('function templates', language => {
  const templates = join(root, 'templates', language.name)

  it('are the same in every language', async () => {
    assert.deepEqual((await readdir(templates)).sort(), Object.keys(calls).sort())
  })

  it('webhook checks the signature of the very bytes when it has a secret', async () => {
    const runtime = await startRuntime(language)
    try {
      const secrets = { WEBHOOK_SECRET: 'it is known to two' }
      const folder = join(templates, 'webhook')
      const dir = (await language.build?.(folder, language.defaultHandler)) ?? folder
      await runtime.load(dir, language.defaultHandler, { secrets })
      const body = '{ "total" : 3.0 }'
      const signature = `sha256=${createHmac('sha256', secrets.WEBHOOK_SECRET).update(body).digest('hex')}`
      const statusOf = async (signed: string) => {
        const headers = { ...json, 'x-hub-signature-256': signed }
        return (await runtime.call({ headers, body })).frame.status
      }
      assert.deepEqual([await statusOf(signature), await statusOf(`${signature.slice(0, -1)}x`)], [202, 401])
    } finally {
      await runtime.stop()
    }
  })

  for (const [name, [call, status, expected]] of Object.entries(calls)) {
    const folder = join(templates, name)

    it(`${name} passes its own test`, async () => {
      const copy = await mkdtemp(join(tmpdir(), 'hks-template-'))
      try {
        await renderFunctionTemplate({ language: language.name, name, description: '', folder }, copy, name)
        const [command, args] = ownTest[language.name](language)
        // Inside a run of Node's own test runner a second one would only report to the first.
        const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
        const env = { ...inherited, GOCACHE: join(goCacheFolder, 'go-build'), GOTOOLCHAIN: 'local' }
        const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: 'utf8', env })
        assert.equal(status, 0, stdout + stderr)
        assert.match(stdout + stderr, /pass [1-9]|Ran [1-9]|--- PASS/)
      } finally {
        await rm(copy, { recursive: true })
      }
    })

    it(`${name} describes itself in function.yaml`, async () => {
      const { settings, warnings } = await readFunctionFolder(folder)
      assert.deepEqual(
        [settings.name, settings.runtime, settings.handler],
        [name, language.name, language.defaultHandler],
      )
      assert.match(settings.description ?? '', /^[A-Z].*[^.]$/)
      assert.deepEqual(warnings, [])
    })

    it(`${name} is deployed without its test`, async () => {
      const { files } = await packFolder(folder)
      assert.deepEqual(files, deployed[language.name])
    })

    it(`${name} answers in the runtime`, async () => {
      const { settings } = await readFunctionFolder(folder)
      const runtime = await startRuntime(language)
      try {
        const handler = String(settings.handler)
        const dir = (await language.build?.(folder, handler)) ?? folder
        const { frame } = await runtime.load(dir, handler, {
          environment: settings.environment ?? {},
        })
        assert.equal(frame.t, 'result', JSON.stringify(frame))
        const answer = await runtime.call(call)
        assert.equal(answer.frame.status, status, JSON.stringify(answer.frame))
        assert.deepEqual(JSON.parse(answer.body.toString()), expected)
        assert.ok(runtime.logs.length > 0, 'prints a line to show where it goes')
      } finally {
        await runtime.stop()
      }
    })
  }
})
