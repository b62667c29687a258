import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKubeConfigFiles } from '../../../../../src/gateway/providers/kubernetes/client/kubeConfigFiles.ts'
import { listContexts } from '../../../../../src/gateway/providers/kubernetes/client/listContexts.ts'
import { resolveContext } from '../../../../../src/gateway/providers/kubernetes/client/resolveContext.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const first = `
apiVersion: v1
kind: Config
current-context: ""
clusters:
- name: home
  cluster: {server: 'https://home.test:6443', certificate-authority: pki/ca.crt}
users:
- name: jane
  user: {token: s3cret}
- name: aws
  user: {exec: {command: ./aws, args: [eks, get-token, s3cret]}}
contexts:
- name: home
  context: {cluster: home, user: jane, namespace: team-a}
- name: work
  context: {cluster: work, user: aws}
`
const second = `
current-context: work
clusters:
- {name: home, cluster: {server: 'https://other.test'}}
- {name: work, cluster: {server: 'https://work.test'}}
users:
- {name: jane, user: {token: other}}
- {name: cert, user: {client-certificate-data: s3cret, client-key-data: s3cret}}
- {name: file, user: {tokenFile: token}}
- {name: login, user: {auth-provider: {name: oidc, config: {id-token: s3cret}}}}
- {name: basic, user: {username: me, password: s3cret}}
contexts:
- {name: home, context: {cluster: work, user: cert}}
- {name: cert, context: {cluster: work, user: cert}}
- {name: file, context: {cluster: work, user: file}}
- {name: login, context: {cluster: work, user: login}}
- {name: basic, context: {cluster: work, user: basic}}
- {name: nobody, context: {cluster: work, user: gone}}
- {name: nowhere, context: {cluster: gone, user: jane}}
`

describe('kubeconfig files', () => {
  const folder = temporaryFolder()
  const [a, b] = [join(folder.path, 'a', 'config'), join(folder.path, 'b')]
  before(() => {
    mkdirSync(join(folder.path, 'a'))
    writeFileSync(a, first)
    writeFileSync(b, second)
  })
  after(() => folder[Symbol.dispose]())

  const write = (text: string): string => {
    const file = join(folder.path, 'one')
    writeFileSync(file, text)
    return file
  }

  it('are merged as kubectl does: the first wins, and a file that is not there is left out', async () => {
    const contexts = await listContexts([a, join(folder.path, 'nothing'), b])
    assert.deepEqual(contexts.slice(0, 2), [
      {
        ...{ name: 'home', isCurrent: false, cluster: 'home', server: 'https://home.test:6443' },
        ...{ user: 'jane', namespace: 'team-a', authentication: 'token' },
      },
      {
        ...{ name: 'work', isCurrent: true, cluster: 'work', server: 'https://work.test', user: 'aws' },
        authentication: `exec ${join(folder.path, 'a', 'aws')}`,
      },
    ])
    assert.deepEqual(
      contexts.slice(2).map(({ name, authentication, server }) => [name, authentication, server]),
      [
        ['cert', 'client certificate', 'https://work.test'],
        ['file', 'token file', 'https://work.test'],
        ['login', 'oidc', 'https://work.test'],
        ['basic', 'password', 'https://work.test'],
        ['nobody', 'none', 'https://work.test'],
        ['nowhere', 'token', undefined],
      ],
    )
  })

  it('tell no secret when their contexts are listed', async () => {
    assert.doesNotMatch(JSON.stringify(await listContexts([a, b])), /s3cret/)
  })

  it('keep paths beside the file that names them', async () => {
    const { clusters, users } = await readKubeConfigFiles([a, b])
    assert.equal(clusters.get('home')?.['certificate-authority'], join(folder.path, 'a/pki/ca.crt'))
    assert.equal(users.get('file')?.tokenFile, join(folder.path, 'token'))
  })

  const rejects = (files: readonly string[], message: RegExp | string) =>
    assert.rejects(listContexts(files), { code: 'CONNECTION_FAILED', details: { reason: 'kubeconfig' }, message })

  it('say what is wrong with them', async () => {
    await rejects(['/nowhere/config'], 'There is no kubeconfig "/nowhere/config".')
    await rejects([folder.path], /^The kubeconfig ".*" can not be read: EISDIR/)
    await rejects([write('a: [')], /^The kubeconfig ".*" is not valid YAML: .* at line 1, column \d+\.$/)
    await rejects([write('- a')], /is not valid YAML: it holds no fields\.$/)
    await rejects([write('clusters: {a: b}')], /is not one: clusters is no list\.$/)
    await rejects([write('users: [{user: {}}]')], /is not one: users\[0\] has no name or no user\.$/)
    assert.deepEqual(await listContexts([write('')]), [])
  })

  it('name the context, cluster or user that they lack', async () => {
    const config = await readKubeConfigFiles([a, b])
    const fails = (context: string, message: string | RegExp) =>
      assert.throws(() => resolveContext(config, context), { code: 'CONNECTION_FAILED', message })
    fails('far', 'The kubeconfig has no context "far".')
    fails('nobody', 'The context "nobody" names the user "gone", which the kubeconfig lacks.')
    fails('nowhere', 'The context "nowhere" names the cluster "gone", which the kubeconfig lacks.')
    assert.equal(resolveContext(config).name, 'work')
    const none = await readKubeConfigFiles([
      write('contexts: [{name: x, context: {cluster: y}}]\nclusters: [{name: y, cluster: {server: "y:1"}}]'),
    ])
    assert.throws(() => resolveContext(none), { message: 'The kubeconfig has no current context.', hint: 'It has: x.' })
    assert.throws(() => resolveContext(none, 'x'), {
      message: 'The cluster "y" of the kubeconfig has no server that is a URL.',
    })
  })
})
