import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { readAllowedHosts } from '../../../../../src/gateway/platform/sandbox/egress/allowedHosts.ts'
import { egressEnvironment } from '../../../../../src/gateway/platform/sandbox/egress/egressEnvironment.ts'
import {
  type EgressProxy,
  type Refusal,
  startEgressProxy,
} from '../../../../../src/gateway/platform/sandbox/egress/egressProxy.ts'
import { interpreterMounts } from '../../../../../src/gateway/platform/sandbox/interpreterMounts.ts'
import { startSandbox } from '../../../../../src/gateway/platform/sandbox/startSandbox.ts'
import { pythonProgram } from '../pythonProgram.ts'
import { describeEachLevel, shellCommand } from '../sandboxLevels.ts'

const runtimes = resolve(import.meta.dirname, '../../../../../runtimes')

/** Programs that open the port as the runtimes do, then ask for two addresses and try to go around the proxy. */
const programs = {
  node: (urls: readonly string[]) => `
    const { forwardEgress } = await import(${JSON.stringify(join(runtimes, 'node/egress.mjs'))})
    forwardEgress(process.env.HKS_EGRESS_SOCKET)
    for (const url of ${JSON.stringify(urls)}) console.log(await fetch(url).then(r => r.text(), () => 'refused'))
    const { connect } = await import('node:net')
    connect(80, '93.184.216.34').on('error', e => { console.log(e.code); process.exit() })`,
  python3: (urls: readonly string[]) => `
import os, socket, sys, urllib.error, urllib.request
sys.path.insert(0, ${JSON.stringify(join(runtimes, 'python'))})
sys.dont_write_bytecode = True
from hks_runtime.egress import forward_egress
forward_egress(os.environ["HKS_EGRESS_SOCKET"])
for url in ${JSON.stringify(urls)}:
    try:
        print(urllib.request.urlopen(url).read().decode())
    except urllib.error.HTTPError as error:
        print(error.read().decode().strip())
try:
    socket.create_connection(("93.184.216.34", 80))
except OSError as error:
    print({101: "ENETUNREACH"}.get(error.errno, error))
`,
} as const

describeEachLevel('a sandbox with an allow-list of hosts', context => {
  const refusals: Refusal[] = []
  let server: Server
  let proxy: EgressProxy
  let socket = ''
  before(async function () {
    if (context.level !== 'strict') return
    server = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    socket = join(context.folder(), 'egress.sock')
    proxy = await startEgressProxy({
      socket,
      allowed: readAllowedHosts(['allowed.example:*', '127.0.0.1:*']),
      onRefusal: refusal => refusals.push(refusal),
      resolve: async () => ['127.0.0.1'],
    })
  })
  after(async () => {
    await proxy?.close()
    server?.close()
  })

  for (const name of ['node', 'python3'] as const) {
    it(`lets ${name} reach those, and nothing else`, async function () {
      const program = name === 'node' ? process.execPath : pythonProgram()
      if (program === '') return this.skip()
      const surroundings = { homeFolder: process.env['HOME'] ?? '/root', hidden: [] }
      const command = (urls: readonly string[]) =>
        shellCommand('', {
          argv:
            name === 'node'
              ? [program, '--input-type=module', '-e', programs.node(urls)]
              : [program, '-c', programs.python3(urls)],
          environment: { PATH: '/usr/bin:/bin', ...egressEnvironment },
          mounts: [...interpreterMounts(program, surroundings), { path: runtimes, access: 'read' }],
          network: { kind: 'allowlist', socket },
        })
      if (context.level !== 'strict') {
        await assert.rejects(startSandbox(context.support(), command([]), { stdout: 'pipe', stderr: 'pipe' }), {
          code: 'ENOTSUP',
        })
        return
      }
      refusals.length = 0
      const { port } = server.address() as AddressInfo
      const urls = [`http://allowed.example:${port}/`, 'http://other.example/']
      const started = await startSandbox(context.support(), command(urls), { stdout: 'pipe', stderr: 'pipe' })
      const [out, err] = await Promise.all([text(started.stdout!), text(started.stderr!)])
      // Node has a tunnel opened for plain HTTP, too, and keeps the words of the refusal to itself.
      const refused = name === 'node' ? 'refused' : 'The network allow-list does not name other.example:80.'
      assert.equal(out, `served\n${refused}\nENETUNREACH\n`, err)
      assert.deepEqual(
        refusals.map(({ host }) => host),
        ['other.example'],
      )
    })
  }
})
