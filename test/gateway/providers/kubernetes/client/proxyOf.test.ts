import assert from 'node:assert/strict'
import { proxyOf } from '../../../../../src/gateway/providers/kubernetes/client/proxyOf.ts'

describe('the proxy of the environment', () => {
  const cases: [string, Record<string, string>, string | undefined][] = [
    ['https://a.test', {}, undefined],
    ['https://a.test', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://a.test', { https_proxy: 'p:1' }, 'http://p:1'],
    ['https://a.test', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://a.test', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'b.test, a.test' }, undefined],
    ['https://x.a.test', { HTTPS_PROXY: 'http://p:1', no_proxy: 'a.test' }, undefined],
    ['https://xa.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test' }, 'http://p:1'],
    ['https://x.a.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.a.test' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.a.test' }, 'http://p:1'],
    ['https://a.test:6443', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test:6443' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test:6443' }, 'http://p:1'],
    ['https://10.1.2.3', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8' }, 'http://p:1'],
  ]
  for (const [server, environment, proxy] of cases) {
    it(`${server} with ${JSON.stringify(environment)} is reached ${proxy ? `by ${proxy}` : 'directly'}`, () => {
      assert.equal(proxyOf(new URL(server), environment), proxy)
    })
  }
})
