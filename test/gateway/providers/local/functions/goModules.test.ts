import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { DeployProgress } from '../../../../../src/gateway/domain/function.ts'
import { createSharedScan } from '../../../../../src/gateway/platform/processTable.ts'
import { createGoBuilder } from '../../../../../src/gateway/providers/local/functions/goBuilder.ts'
import { eventually } from '../../../../support/eventually.ts'
import { type GoProxy, openGoProxy } from '../../../../support/goProxy.ts'
import { findGo, goCacheFolder } from '../../../../support/goRuntime.ts'
import { processesAt } from '../../../../support/processesAt.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const go = findGo()
const never = new AbortController().signal
const source = `package function

import (
	"example.com/greeting"
	"hexabase.io/hks"
)

func Handle(ctx *hks.Context, event any) (any, error) { return greeting.Hello(), nil }
`
const hello = { 'greeting.go': 'package greeting\n\nfunc Hello() string { return "hello" }\n' }
const goMod = (version: string) => `module example.com/app\n\ngo 1.22\n\nrequire example.com/greeting ${version}\n`

const suite = (): void => {
  let proxy: GoProxy
  beforeEach(async () => {
    proxy = await openGoProxy()
  })
  afterEach(() => proxy[Symbol.asyncDispose]())

  /** A builder whose module cache is its own. */
  function rig() {
    const folder = temporaryFolder()
    const modules = join(folder.path, 'modules')
    const buildsFolder = join(folder.path, 'builds')
    const builder = createGoBuilder({
      find: async () => ({ path: go.path, version: go.version, environment: {} }),
      environment: async () => ({
        PATH: process.env['PATH'] ?? '',
        HOME: folder.path,
        GOPROXY: proxy.origin,
        GONOSUMDB: '*',
        GOMODCACHE: modules,
      }),
      cacheFolder: join(goCacheFolder, 'go-build'),
      buildsFolder,
      moduleFolder: resolve(import.meta.dirname, '../../../../../runtimes/go'),
      homeId: randomUUID(),
      newId: randomUUID,
      scan: createSharedScan(),
    })
    const progress: DeployProgress[] = []
    const lines: string[] = []
    const tell = { progress: (one: DeployProgress) => progress.push(one), line: (line: string) => lines.push(line) }
    const build = async (files: Readonly<Record<string, string>>, signal = never) => {
      const digest = randomUUID().replaceAll('-', '')
      const at = join(folder.path, digest)
      await mkdir(at)
      for (const [name, text] of Object.entries({ 'function.go': source, ...files })) {
        await writeFile(join(at, name), text)
      }
      return builder.build({ digest, folder: at, handler: 'Handle', network: 'full' }, signal, tell)
    }
    const fails = async (files: Readonly<Record<string, string>>): Promise<HksError> => {
      const error = await build(files).then(
        () => undefined,
        (failure: unknown) => failure,
      )
      assert.ok(error instanceof HksError, String(error))
      return error
    }
    return {
      folder: folder.path,
      buildsFolder,
      progress,
      lines,
      build,
      fails,
      [Symbol.dispose]: () => {
        // Modules are read-only.
        spawnSync('chmod', ['-R', 'u+w', folder.path])
        folder[Symbol.dispose]()
      },
    }
  }

  it('are downloaded, which is told, and once: the next build needs no network', async () => {
    using at = rig()
    const files = { 'go.mod': goMod('v1.0.0'), 'go.sum': proxy.publish('example.com/greeting', 'v1.0.0', hello) }
    await at.build(files)
    assert.deepEqual(at.progress, [{ phase: 'installing' }, { phase: 'building' }])
    assert.deepEqual(at.lines, ['go: downloading example.com/greeting v1.0.0'])
    const asked = proxy.asked.length
    at.progress.length = 0
    await at.build({ ...files, 'more.go': 'package function\n\nconst more = 1\n' })
    assert.deepEqual(at.progress, [{ phase: 'building' }])
    assert.equal(proxy.asked.length, asked)
  })

  it('are those of the go.mod also without a go.sum', async () => {
    using at = rig()
    proxy.publish('example.com/greeting', 'v1.0.0', hello)
    await at.build({ 'go.mod': goMod('v1.0.0') })
  })

  it('are refused with the way out when they do not fit', async () => {
    using at = rig()
    const sum = proxy.publish('example.com/greeting', 'v1.0.0', hello)
    const other = proxy.publish('example.com/greeting', 'v1.1.0', hello)
    const reasons = {
      outdated: await at.fails({ 'go.mod': goMod('v1.1.0'), 'go.sum': sum }),
      digest: await at.fails({
        'go.mod': goMod('v1.0.0'),
        'go.sum': sum.replace(/v1\.0\.0 h1:.{8}/, 'v1.0.0 h1:AAAAAAAA'),
      }),
      notFound: await at.fails({ 'go.mod': goMod('v1.9.0') }),
    }
    await proxy[Symbol.asyncDispose]()
    const all = { ...reasons, network: await at.fails({ 'go.mod': goMod('v1.1.0'), 'go.sum': other }) }
    for (const [reason, error] of Object.entries(all)) {
      assert.equal(error.details?.['reason'], reason, `${error.message} ${JSON.stringify(error.details)}`)
      assert.equal(error.code, reason === 'outdated' ? 'INVALID_SOURCE' : 'DEPLOY_FAILED')
      assert.match(error.message, /^go\.(?:mod|sum): go list ended with exit code 1: \S/)
      assert.ok(error.hint)
    }
    assert.deepEqual(
      (await readdir(at.buildsFolder)).filter(name => !name.startsWith('launch')),
      [],
    )
    proxy = await openGoProxy()
  })

  it('end with the build that is cancelled', async () => {
    using at = rig()
    const sum = proxy.publish('example.com/greeting', 'v1.0.0', hello)
    const cancel = new AbortController()
    const waiting = proxy.hang()
    const building = at.build({ 'go.mod': goMod('v1.0.0'), 'go.sum': sum }, cancel.signal)
    building.catch(() => undefined)
    await waiting
    cancel.abort(new HksError('CANCELLED', 'The deployment was cancelled.'))
    await assert.rejects(building, { code: 'CANCELLED' })
    await eventually(() => assert.deepEqual(processesAt(at.folder), []))
  })
}

const title = 'the modules of a go.mod'
if (go.missing === undefined) {
  describe(title, function () {
    this.timeout(300_000)
    suite()
  })
} else describe.skip(`${title} (skipped: ${go.missing})`, suite)
