import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { findGo } from '../../../../support/goRuntime.ts'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

/** In each language: asks for an address, answers the body, or `error` where there is none. */
const sources = {
  node: `export const handler = async url => {
  try { return await (await fetch(url)).text() } catch { return 'error' }
}`,
  python: `import urllib.request
def handler(url):
    try:
        return urllib.request.urlopen(url, timeout=10).read().decode()
    except Exception as error:
        return "error"
`,
  go: `package function

import (
	"io"
	"net/http"

	"hexabase.io/hks"
)

func Handle(ctx *hks.Context, event any) (any, error) {
	answer, err := http.Get(event.(string))
	if err != nil || answer.StatusCode != 200 {
		return "error", nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
`,
} as const
const handlers = { node: 'index.handler', python: 'main.handler', go: 'Handle' } as const

describe('functions with an allow-list of hosts', function () {
  this.timeout(120_000)
  let rig: LocalFunctionsRig
  let server: Server
  let port = 0
  before(async function () {
    const lack = await lackOfSandbox('strict')
    if (lack !== undefined) {
      this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
      return this.skip()
    }
    server = createServer((_, response) => void response.end('welcome')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    rig = await openLocalFunctions({ sandbox: 'strict' })
  })
  after(async () => {
    server?.close()
    await rig?.[Symbol.asyncDispose]()
  })

  const sockets = () => {
    const folder = join(rig.folder, 'sandbox/egress')
    return existsSync(folder) ? readdirSync(folder) : []
  }

  for (const runtime of ['node', 'python', 'go'] as const) {
    it(`in ${runtime} reach those, and nothing else, and their log says so`, async function () {
      const lack = runtime === 'go' ? findGo().missing : undefined
      if (lack !== undefined) {
        this.test!.title += ` (skipped: go: ${lack})`
        return this.skip()
      }
      // Go asks no proxy for an address of the loopback, which 0.0.0.0 is for the system alone.
      const host = runtime === 'go' ? '0.0.0.0' : '127.0.0.1'
      const { id } = await rig.deploy(sources[runtime], {
        name: runtime,
        runtime,
        handler: handlers[runtime],
        network: 'allowlist',
        allowedHosts: [`${host}:${port}`],
      })
      const { port: other } = await listening()
      assert.equal(jsonOf(await rig.call(id, `http://${host}:${port}/`)), 'welcome')
      for (const url of [`http://${host}:${other}/`, 'https://other.example/']) {
        assert.equal(jsonOf(await rig.call(id, url)), 'error', url)
      }
      const refused = (await rig.log(id)).filter(({ text }) => text.startsWith('The network'))
      assert.deepEqual(
        [...new Set(refused.map(({ stream, text }) => `${stream}: ${text}`))],
        [
          `system: The network allow-list does not name ${host}:${other}.`,
          'system: The network allow-list does not name other.example:443.',
        ],
      )
      // One call at a time: each line can only be of that call.
      assert.equal(new Set(refused.map(line => line.invocationId)).size, 2)
      assert.ok(refused.every(line => line.invocationId !== undefined))
    })
  }

  /** A port of this machine where somebody listens for the rest of this test. */
  const others: Server[] = []
  const listening = async (): Promise<AddressInfo> => {
    const another = createServer((_, response) => void response.end('not for you')).listen(0, '127.0.0.1')
    others.push(another)
    await once(another, 'listening')
    return another.address() as AddressInfo
  }
  afterEach(() => {
    for (const other of others.splice(0)) other.close()
  })

  it('find no trace of the platform in their environment but the proxy', async () => {
    const source = `export const handler = () => process.env`
    const { id } = await rig.deploy(source, { name: 'env', network: 'allowlist', allowedHosts: ['a.example'] })
    const found = Object.keys(jsonOf(await rig.call(id)) as object)
    assert.deepEqual(
      found.filter(name => name.startsWith('HKS_')),
      [],
    )
    assert.ok(found.includes('HTTPS_PROXY'))
  })

  it('have a process that waits for them, which serves no other function', async () => {
    const allowed = (hosts: string[], name: string) =>
      rig.deploy(sources.node, { name, network: 'allowlist', allowedHosts: hosts })
    const first = await allowed([`127.0.0.1:${port}`], 'first')
    const second = await allowed(['a.example'], 'second')
    assert.equal(jsonOf(await rig.call(first.id, `http://127.0.0.1:${port}/`)), 'welcome')
    assert.equal(jsonOf(await rig.call(second.id, `http://127.0.0.1:${port}/`)), 'error')
  })

  it('leave no socket behind', async () => {
    const { id } = await rig.deploy(sources.node, { name: 'gone', network: 'allowlist', allowedHosts: ['a.example'] })
    assert.ok(sockets().length > 0)
    await rig.functions.remove(id)
    await rig.functions.stop(0)
    assert.deepEqual(sockets(), [])
  })
})

for (const level of ['landlock', 'none'] as const) {
  describe(`functions with an allow-list of hosts, at the level ${level}`, function () {
    this.timeout(60_000)

    it('are not deployed', async function () {
      const lack = await lackOfSandbox(level)
      if (lack !== undefined) {
        this.test!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
      await using rig = await openLocalFunctions({ sandbox: level })
      const deploying = rig.deploy(sources.node, { network: 'allowlist', allowedHosts: ['a.example'] })
      await assert.rejects(deploying, (error: { code?: string; message?: string; hint?: string }) => {
        assert.equal(error.code, 'SANDBOX_UNAVAILABLE')
        assert.match(error.message ?? '', /^network: allowlist needs the sandbox level "strict", /)
        assert.equal(error.hint, 'Deploy it with network: full.')
        return true
      })
      assert.deepEqual(await rig.functions.list(rig.projectId), [])
    })
  })
}
