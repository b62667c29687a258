import assert from 'node:assert/strict'
import { requestInfo, resourceText } from '../../../../../src/gateway/providers/kubernetes/client/requestInfo.ts'

describe('a request in the words of access rules', () => {
  const cases: [string, string, boolean, string, object][] = [
    ['GET', '/api/v1/namespaces', false, 'list namespaces', {}],
    ['GET', '/api/v1/namespaces/a', false, 'get namespaces', { name: 'a' }],
    ['PATCH', '/api/v1/namespaces/a/status', false, 'patch namespaces/status', { name: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods', true, 'watch pods', { namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods/p/log?follow=true', false, 'get pods/log', { namespace: 'a', name: 'p' }],
    ['GET', '/api/v1/pods', false, 'list pods', {}],
    ['POST', '/apis/batch/v1/namespaces/a/cronjobs', false, 'create cronjobs.batch', { namespace: 'a' }],
    ['PUT', '/apis/batch/v1/namespaces/a/cronjobs/c', false, 'update cronjobs.batch', { namespace: 'a', name: 'c' }],
    ['DELETE', '/apis/batch/v1/namespaces/a/jobs', false, 'deletecollection jobs.batch', { namespace: 'a' }],
    ['DELETE', '/apis/batch/v1/namespaces/a/jobs/j', false, 'delete jobs.batch', { namespace: 'a', name: 'j' }],
    ['GET', '/version', false, 'list ', {}],
  ]
  for (const [method, path, watches, text, where] of cases) {
    it(`${method} ${path} is ${text}`, () => {
      const { verb, resource, subresource, group, ...rest } = requestInfo(method, path, watches)
      const what = resourceText({ resource, group, ...(subresource === undefined ? {} : { subresource }) })
      assert.equal(`${verb} ${what}`, text)
      assert.deepEqual(rest, where)
    })
  }
})
