import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import esbuild from 'esbuild'
import { gatewayModule } from '../../../../../esbuild.mjs'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'
import { writtenKubeConfig } from '../support/wireClient.ts'
import { answerJson, wireServer } from '../support/wireServer.ts'

const run = promisify(execFile)

/** Prints the file of each module as it is loaded. */
const tellLoads = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (console.error(url), next(url, context)) })`

/** Bundles a program as the gateway is bundled, and answers the sources of what its start loads. */
async function bundled(entry: string, outdir: string): Promise<readonly string[]> {
  const { metafile } = await esbuild.build({
    ...(gatewayModule as esbuild.BuildOptions),
    entryPoints: { gateway: resolve(import.meta.dirname, entry) },
    outdir,
    outExtension: { '.js': '.mjs' },
    write: true,
    metafile: true,
  })
  const loaded = new Set<string>()
  const visit = (file: string): void => {
    if (loaded.has(file)) return
    loaded.add(file)
    const atOnce = metafile.outputs[file]!.imports.filter(one => one.kind === 'import-statement' && !one.external)
    for (const one of atOnce) visit(one.path)
  }
  visit(Object.keys(metafile.outputs).find(file => file.endsWith('/gateway.mjs'))!)
  return [...loaded].flatMap(file => Object.keys(metafile.outputs[file]!.inputs))
}

/** Packages that only client-node brings. */
const isOfClient = (source: string): boolean =>
  /^node_modules\/(@kubernetes|undici|hpagent|openid-client)\//.test(source)

describe('the bundled client', function () {
  this.timeout(60_000)

  it('is no part of what the gateway loads at its start', async () => {
    using folder = temporaryFolder()
    const sources = await bundled('../../../../../src/gateway/main.ts', folder.path)
    assert.ok(sources.includes('src/gateway/main.ts'))
    assert.deepEqual(sources.filter(isOfClient), [])
  })

  it('loads client-node with the first connection, not with the list of contexts', async () => {
    using folder = temporaryFolder()
    const sources = await bundled('connectEntry.ts', folder.path)
    assert.deepEqual(sources.filter(isOfClient), [])
    await using server = await wireServer((_, response) => answerJson(response, 200, { gitVersion: 'v1.34.4' }))
    using written = writtenKubeConfig({ cluster: { server: server.url } })
    const start = async (...args: string[]) =>
      run(process.execPath, [
        ...['--import', `data:text/javascript,${encodeURIComponent(tellLoads)}`],
        ...[join(folder.path, 'gateway.mjs'), written.file, ...args],
      ])
    const listed = await start()
    assert.equal(listed.stdout, 'test\n')
    assert.doesNotMatch(listed.stderr, /clientNode/)
    const connected = await start('connect')
    assert.equal(connected.stdout, 'test\n{"gitVersion":"v1.34.4"}\n')
    assert.match(connected.stderr, /clientNode/)
  })
})
