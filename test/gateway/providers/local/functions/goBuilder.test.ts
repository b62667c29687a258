import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HksError } from '../../../../../src/contract/errors.ts'
import { createSharedScan } from '../../../../../src/gateway/platform/processTable.ts'
import { LoadFailure } from '../../../../../src/gateway/domain/loadFailure.ts'
import { createGoBuilder } from '../../../../../src/gateway/providers/local/functions/goBuilder.ts'
import type { SourceError } from '../../../../../src/gateway/providers/local/functions/goErrors.ts'
import { writeGoOverlay } from '../../../../../src/gateway/providers/local/functions/goOverlay.ts'
import { eventually } from '../../../../support/eventually.ts'
import { startRuntime } from '../../../../support/runtimeClient.ts'
import { findGo, goCacheFolder } from '../../../../support/goRuntime.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const go = findGo()
const root = join(import.meta.dirname, '../../../../..')
const never = new AbortController().signal
const silent = { progress: () => undefined, line: () => undefined }
const head = 'package function\n\nimport "hexabase.io/hks"\n\n'
const handle = 'func Handle(ctx *hks.Context, event any) (any, error) '

const suite = (): void => {
  /** A builder with its own folder of builds, and the build cache that the tests share. */
  function rig(environment: Readonly<Record<string, string>> = {}, path = go.path) {
    const folder = temporaryFolder()
    const buildsFolder = join(folder.path, 'builds')
    const open = () =>
      createGoBuilder({
        find: async () => ({ path, version: go.version, environment: {} }),
        environment: async () => ({
          PATH: process.env['PATH'] ?? '',
          HOME: folder.path,
          GOPROXY: 'off',
          ...environment,
        }),
        cacheFolder: join(goCacheFolder, 'go-build'),
        buildsFolder,
        moduleFolder: join(root, 'runtimes/go'),
        homeId: randomUUID(),
        newId: randomUUID,
        scan: createSharedScan(),
      })
    const source = async (
      files: Readonly<Record<string, string>>,
      handler = 'Handle',
      digest: string = randomUUID(),
    ) => {
      const at = join(folder.path, digest)
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(at, name)), { recursive: true })
        await writeFile(join(at, name), text)
      }
      return { digest: digest.replaceAll('-', ''), folder: at, handler, network: 'full' as const }
    }
    const builder = open()
    const build = async (files: Readonly<Record<string, string>>, handler?: string) =>
      (await builder.build(await source(files, handler), never, silent)).folder
    return { builder, open, source, build, buildsFolder, [Symbol.dispose]: () => folder[Symbol.dispose]() }
  }

  const refusedWith = (errors: readonly Partial<SourceError>[]) => (error: unknown) => {
    assert.ok(error instanceof HksError, String(error))
    assert.equal(error.code, 'INVALID_SOURCE', error.message)
    assert.deepEqual(error.details?.['errors'], errors)
    const { file, line, column, message } = error.details as unknown as SourceError
    assert.deepEqual(
      [file, line, column, message],
      [errors[0]?.file, errors[0]?.line, errors[0]?.column, errors[0]?.message],
    )
    return true
  }

  /** What the built function answers to the event 2. */
  async function answerOf(builder: ReturnType<typeof createGoBuilder>, dir: string): Promise<string> {
    const runtime = await startRuntime({ command: await builder.launcher(never), args: [] })
    try {
      const { frame } = await runtime.load(dir, 'Handle')
      assert.equal(frame.t, 'result', JSON.stringify(frame))
      return (await runtime.call({ body: '2', headers: { 'content-type': 'application/json' } })).body.toString()
    } finally {
      await runtime.stop()
    }
  }

  it('names every place at which a source does not compile', async () => {
    using at = rig()
    const text = `${head}${handle}{\n\tx := 1\n\treturn y, nil\n}\n\nfunc other() int { return "a" }\n`
    await assert.rejects(
      at.build({ 'app.go': text }),
      refusedWith([
        { file: 'app.go', line: 6, column: 2, message: 'declared and not used: x' },
        { file: 'app.go', line: 7, column: 9, message: 'undefined: y' },
        {
          file: 'app.go',
          line: 10,
          column: 27,
          message: 'cannot use "a" (untyped string constant) as int value in return statement',
        },
      ]),
    )
  })

  it('names the place of a syntax error, also in a package that the handler imports', async () => {
    using at = rig()
    await assert.rejects(
      at.build({
        'function.go': `package function\n\nimport (\n\t"function/part"\n\t"hexabase.io/hks"\n)\n\n${handle}{ return part.N, nil }\n`,
        'part/part.go': 'package part\n\nconst = 2\n',
      }),
      refusedWith([{ file: 'part/part.go', line: 3, column: 7, message: 'syntax error: unexpected =, expected name' }]),
    )
  })

  it('says what a handler must look like', async () => {
    using at = rig()
    await assert.rejects(
      at.build({ 'function.go': 'package function\n\nfunc Handle(event any) any { return event }\n' }),
      refusedWith([
        {
          file: 'function.go',
          line: 3,
          column: 6,
          message: 'Handle is func(event any) any; a handler is func(ctx *hks.Context, event any) (any, error)',
        },
      ]),
    )
    await assert.rejects(
      at.build({ 'main.go': 'package main\n\nfunc main() {}\n' }),
      refusedWith([
        {
          file: 'main.go',
          line: 1,
          column: 1,
          message: 'it is package main, a program of its own; write "package function"',
        },
      ]),
    )
  })

  it('says what is there instead of the handler', async () => {
    using at = rig()
    const isNotFound = (message: string) => (error: unknown) => {
      assert.ok(error instanceof LoadFailure, String(error))
      assert.deepEqual([error.type, error.message], ['HandlerNotFound', message])
      return true
    }
    const files = { 'function.go': `${head}func Run(ctx *hks.Context, event any) (any, error) { return 1, nil }\n` }
    await assert.rejects(
      at.build(files),
      isNotFound('handler "Handle": the package has no function Handle; it has Run'),
    )
    await assert.rejects(at.build(files, 'api.Run'), isNotFound('handler "api.Run": the folder api has no Go file'))
    await assert.rejects(at.build({ 'a.txt': '' }), isNotFound('handler "Handle": the source has no Go file'))
  })

  it('honours a go.mod, its requirements and the folders of the source', async () => {
    using at = rig()
    const files = {
      'go.mod':
        'module example.com/app\n\ngo 1.22\n\nrequire example.com/dep v1.2.3\n\nreplace example.com/dep => ./dep\n',
      'dep/go.mod': 'module example.com/dep\n',
      'dep/dep.go': 'package dep\n\nconst N = 20\n',
      'internal/one/one.go': 'package one\n\nconst N = 1\n',
      'api/data.txt': '300',
      'api/api.go': `package api

import (
	_ "embed"
	"os"
	"strconv"

	"example.com/app/internal/one"
	"example.com/dep"
	"hexabase.io/hks"
)

//go:embed data.txt
var embedded string

${handle}{
	text, err := os.ReadFile("api/data.txt")
	if err != nil || string(text) != embedded {
		return nil, err
	}
	n, err := strconv.Atoi(embedded)
	return one.N + dep.N + n, err
}
`,
    }
    const source = await at.source(files, 'api.Handle')
    const { folder: dir } = await at.builder.build(source, never, silent)
    assert.equal(await answerOf(at.builder, dir), '321')
    assert.deepEqual(
      (await readdir(source.folder, { recursive: true })).filter(name => name.includes('.')).sort(),
      Object.keys(files).sort(),
    )
    assert.equal(await readFile(join(source.folder, 'go.mod'), 'utf8'), files['go.mod'])
  })

  it('says which import can not be had', async () => {
    using at = rig()
    const text = `package function\n\nimport (\n\t"example.com/not/there"\n\t"hexabase.io/hks"\n)\n\n${handle}{ return there.N, nil }\n`
    await assert.rejects(at.build({ 'function.go': text }), (error: unknown) => {
      assert.ok(error instanceof HksError)
      const { file, line, column, message } = error.details as unknown as SourceError
      assert.deepEqual([error.code, file, line, column], ['INVALID_SOURCE', 'function.go', 4, 2])
      assert.match(message, /example\.com\/not\/there/)
      return true
    })
  })

  it('says what is wrong with a go.mod', async () => {
    using at = rig()
    const files = {
      'function.go': `${head}${handle}{ return 1, nil }\n`,
      'go.mod': 'module example.com/app\n\ngo 99.1\n',
    }
    await assert.rejects(at.build(files), (error: unknown) => {
      assert.ok(error instanceof HksError)
      assert.equal(error.code, 'INVALID_SOURCE')
      assert.match(error.message, /requires go >= 99\.1/)
      return true
    })
    await assert.rejects(
      at.build({ ...files, 'go.mod': 'module example.com/app\n\nrequest x\n' }),
      refusedWith([{ file: 'go.mod', line: 3, message: 'unknown directive: request' }]),
    )
  })

  it('refuses a source that has a name of the builder', async () => {
    using at = rig()
    const files = { 'function.go': `${head}${handle}{ return 1, nil }\n`, '.hks/function': 'x' }
    await assert.rejects(at.build(files), (error: unknown) => {
      assert.ok(error instanceof HksError)
      assert.deepEqual([error.code, error.details?.['entry']], ['INVALID_SOURCE', '.hks'])
      return true
    })
  })

  it('builds a source once, however often and by whom it is asked', async () => {
    using at = rig()
    const source = await at.source({ 'function.go': `${head}${handle}{ return event, nil }\n` })
    let built = 0
    const build = async (builder = at.builder) =>
      (await builder.build(source, never, { ...silent, progress: () => (built += 1) })).folder
    const [first, second] = await Promise.all([build(), build()])
    assert.equal(first, second)
    built = 0
    assert.deepEqual([await build(), await build(at.open())], [first, first])
    assert.equal(built, 0)
    assert.equal(await answerOf(at.builder, first), '2')
  })

  it('keeps what is used, and nothing of what failed', async () => {
    using at = rig()
    const text = `${head}${handle}{ return 1, nil }\n`
    const [kept, gone, removed] = [
      await at.source({ 'function.go': text }),
      await at.source({ 'function.go': text }),
      await at.source({ 'function.go': text }),
    ]
    for (const source of [kept, gone, removed]) await at.builder.build(source, never, silent)
    await assert.rejects(at.build({ 'function.go': 'package function\n' }))
    await at.builder.launcher(never)
    await mkdir(join(at.buildsFolder, '.unfinished-by-a-killed-gateway'))
    await at.builder.remove(removed.digest)
    await at.builder.keepOnly(new Set([kept.digest, removed.digest]))
    const left = (await readdir(at.buildsFolder)).map(name => name.split('-')[0])
    assert.deepEqual(left.sort(), [kept.digest, 'launch'].sort())
  })

  it('compiles ahead what most functions need', async () => {
    using at = rig()
    await at.builder.warm()
    assert.deepEqual(
      (await readdir(at.buildsFolder)).map(name => name.split('-')[0]),
      ['launch'],
    )
  })

  it('ends a build that is cancelled with all that it started', async () => {
    using folder = temporaryFolder()
    // A go whose compiler never ends.
    await mkdir(join(folder.path, 'bin'))
    const real = join(folder.path, 'src')
    await symlink(join(dirname(dirname(go.path)), 'src'), real)
    const fake = join(folder.path, 'bin/go')
    const started = join(folder.path, 'started')
    await writeFile(
      fake,
      `#!/bin/sh\n[ "$1" = build ] || exec ${go.path} "$@"\n(trap '' TERM; echo $$ > ${started}; while :; do sleep 1; done) &\nwait\n`,
      { mode: 0o755 },
    )
    using at = rig({}, fake)
    const cancel = new AbortController()
    const source = await at.source({ 'function.go': `${head}${handle}{ return 1, nil }\n` })
    const building = at.builder.build(source, cancel.signal, silent)
    building.catch(() => undefined)
    await eventually(() => access(started))
    cancel.abort(new HksError('CANCELLED', 'The deployment was cancelled.'))
    await assert.rejects(building, { code: 'CANCELLED' })
    const table = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout
    assert.ok(!table.includes(fake), 'nothing of it runs any more')
    assert.deepEqual(await readdir(at.buildsFolder), [])
  })

  it('leaves a standard library that it does not know as it is', async () => {
    using folder = temporaryFolder()
    await mkdir(join(folder.path, 'src/os'), { recursive: true })
    const standard = join(dirname(dirname(go.path)), 'src/os')
    await writeFile(join(folder.path, 'src/os/file.go'), await readFile(join(standard, 'file.go')))
    await writeFile(join(folder.path, 'src/os/proc.go'), 'package os\n\nfunc Exit(status int) {\n}\n')
    assert.equal(await writeGoOverlay(folder.path, 'os.go.txt', folder.path), undefined)
    assert.ok(await writeGoOverlay(dirname(dirname(go.path)), 'os.go.txt', folder.path))
  })
}

const title = 'building functions in Go'
if (go.missing === undefined) {
  describe(title, function () {
    // The first build compiles the standard library.
    this.timeout(300_000)
    suite()
  })
} else describe.skip(`${title} (skipped: ${go.missing})`, suite)
