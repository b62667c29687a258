import assert from 'node:assert/strict'
import { checkKnative } from '../../../../src/gateway/providers/kubernetes/checkKnative.ts'
import { wireClient } from './support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from './support/wireServer.ts'

/** A cluster that has these paths; a number is the status of a refusal. What is not named is not there. */
async function check(answers: Readonly<Record<string, object | 403 | 500>>) {
  await using server = await wireServer((request, response) => {
    const answer = answers[request.url!.split('?')[0]!] ?? 404
    if (typeof answer === 'number')
      answerStatus(response, answer, answer === 403 ? 'Forbidden' : 'NotFound', refusal(request.url!))
    else answerJson(response, 200, answer)
  })
  using client = await wireClient(server.url)
  return await checkKnative(client)
}
/** As the API server words the refusal of a path that is no resource. */
const refusal = (path: string) => ({ message: `forbidden: User "jane" cannot get path "${path}"` })
const deployment = (name: string, readyReplicas = 1) => ({ metadata: { name }, status: { readyReplicas } })
const core = ['activator', 'autoscaler', 'controller', 'webhook']
const types = '/apis/serving.knative.dev/v1'
const deployments = '/apis/apps/v1/namespaces/knative-serving/deployments'
const configMap = (name: string) => `/api/v1/namespaces/knative-serving/configmaps/${name}`
const kourier = { data: { 'ingress-class': 'kourier.ingress.networking.knative.dev' } }
const whole = {
  [types]: {},
  [deployments]: { metadata: {}, items: [...core, 'net-kourier-controller'].map(name => deployment(name)) },
  [configMap('config-network')]: kourier,
  [configMap('config-domain')]: { data: { _example: '…', 'fn.example.com': '' } },
}
const states = (parts: Awaited<ReturnType<typeof check>>) => parts.map(({ name, state }) => `${name} ${state}`)

describe('a look for the parts of Knative', () => {
  it('finds all of them in a cluster that has them', async () => {
    const parts = await check(whole)
    assert.deepEqual(
      states(parts),
      ['types', ...core, 'ingress', 'domain'].map(name => `${name} ready`),
    )
    assert.match(parts.at(-1)!.message, /fn\.example\.com/)
  })

  it('stops where nothing is installed, and says how to install it', async () => {
    const parts = await check({})
    assert.deepEqual(states(parts), ['types missing'])
    assert.match(parts[0]!.hint ?? '', /knative\.dev\/docs\/install/)
  })

  it('names a controller that is not there, and one that does not run', async () => {
    const items = [deployment('activator'), deployment('autoscaler', 0), deployment('controller')]
    const parts = await check({ ...whole, [deployments]: { metadata: {}, items } })
    const found = new Map(parts.map(each => [each.name, each]))
    assert.deepEqual(
      ['autoscaler', 'webhook', 'ingress'].map(name => found.get(name)?.state),
      ['failed', 'missing', 'missing'],
    )
    assert.match(found.get('autoscaler')?.hint ?? '', /kubectl .*describe deployment autoscaler/)
    assert.match(found.get('ingress')?.message ?? '', /Nothing serves the ingress class kourier/)
  })

  it('says that it can not see the controller of a class that it does not know, and that there is no domain', async () => {
    const parts = await check({
      ...whole,
      [configMap('config-network')]: { data: { 'ingress-class': 'own.example.com' } },
      [configMap('config-domain')]: { data: { _example: '…' } },
    })
    assert.deepEqual(states(parts).slice(-2), ['ingress unknown', 'domain missing'])
    // Functions can be called without one.
    assert.equal(parts.at(-1)?.optional, true)
  })

  it('calls unknown what the user may not look at, and fails where the cluster does', async () => {
    const parts = await check({ ...whole, [deployments]: 403, [configMap('config-domain')]: 403 })
    assert.deepEqual(states(parts), ['types ready', 'controllers unknown', 'ingress unknown', 'domain unknown'])
    const [forbidden] = await check({ ...whole, [types]: 403 })
    assert.deepEqual([forbidden?.state, forbidden?.message], ['unknown', `"jane" may not look at ${types}.`])
    await assert.rejects(check({ ...whole, [types]: 500 }), { code: 'CONNECTION_FAILED' })
  })
})
