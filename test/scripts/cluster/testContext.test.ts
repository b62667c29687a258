import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { parse } from 'yaml'
import { chooseContext, writeKubeconfig } from '../../../scripts/cluster/kubeconfig.ts'
import { testContext } from '../../../scripts/cluster/testContext.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const kubeconfig = (current: string, server = 'https://api.example.com', user: object = { token: 'secret' }) =>
  JSON.stringify({
    'current-context': current,
    contexts: ['production', 'kind-dev'].map(name => ({
      name,
      context: { cluster: name, user: 'me', namespace: 'n' },
    })),
    clusters: [
      { name: 'production', cluster: { server, 'certificate-authority': 'ca.crt' } },
      { name: 'kind-dev', cluster: { server: 'https://127.0.0.1:40123' } },
    ],
    users: [{ name: 'me', user }],
  })

describe('the context of the cluster tests', () => {
  const folder = temporaryFolder()
  after(() => folder[Symbol.dispose]())
  const write = (name: string, text: string) => {
    const file = join(folder.path, name)
    writeFileSync(file, text)
    return file
  }
  const production = () => write('production', kubeconfig('production'))

  it('is the current one when it looks local', async () => {
    const { name, server } = await testContext({ KUBECONFIG: write('local', kubeconfig('kind-dev')) })
    assert.deepEqual({ name, server }, { name: 'kind-dev', server: 'https://127.0.0.1:40123' })
  })

  it('is refused when it does not look local, with its name and the way out', async () => {
    await assert.rejects(testContext({ KUBECONFIG: production() }), {
      message: /production at https:\/\/api\.example\.com .*HKS_TEST_CLUSTER_CONTEXT=production\.$/,
    })
  })

  it('is the one that HKS_TEST_CLUSTER_CONTEXT names, wherever it is', async () => {
    const env = { KUBECONFIG: write('both', kubeconfig('kind-dev')), HKS_TEST_CLUSTER_CONTEXT: 'production' }
    assert.equal((await testContext(env)).name, 'production')
  })

  it('is refused when another one is named than there is', async () => {
    const env = { KUBECONFIG: production(), HKS_TEST_CLUSTER_CONTEXT: 'prodution' }
    await assert.rejects(testContext(env), /no whole context prodution/)
  })

  it('is refused when no context is current', async () => {
    await assert.rejects(testContext({ KUBECONFIG: write('none', kubeconfig('')) }), /no current context/)
  })

  it('is refused when there is no file', async () => {
    await assert.rejects(
      testContext({ KUBECONFIG: join(folder.path, 'missing') }),
      /missing: no such file\. Set KUBECONFIG/,
    )
  })

  it('is read from the first of several files that has it', async () => {
    const first = write('first', kubeconfig('', 'https://first.example.com'))
    const second = write('second', kubeconfig('production', 'https://second.example.com'))
    const missing = join(folder.path, 'missing')
    const { name, server } = await chooseContext([missing, first, second].join(delimiter))
    assert.deepEqual({ name, server }, { name: 'production', server: 'https://first.example.com' })
  })

  it('is copied alone, with paths that still lead to the files', async () => {
    const exec = { command: './bin/login', args: ['--now'] }
    const context = await chooseContext(write('exec', kubeconfig('production', undefined, { exec })))
    const copy = join(folder.path, 'copy')
    await writeKubeconfig(copy, context)
    const server = 'https://api.example.com'
    assert.deepEqual(parse(await readFile(copy, 'utf8')), {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'production',
      clusters: [{ name: 'production', cluster: { server, 'certificate-authority': join(folder.path, 'ca.crt') } }],
      users: [{ name: 'production', user: { exec: { ...exec, command: join(folder.path, 'bin/login') } } }],
      contexts: [{ name: 'production', context: { cluster: 'production', user: 'production', namespace: 'n' } }],
    })
    assert.equal(statSync(copy).mode & 0o777, 0o600)
  })
})
