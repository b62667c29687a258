import assert from 'node:assert/strict'
import { delimiter, join, resolve } from 'node:path'
import { namedKubeconfig } from '../../src/cli/namedKubeconfig.ts'

const cwd = resolve('work')

describe('the kubeconfig that a command names', () => {
  it('is that of the option, by its absolute path', () => {
    const files = `one${delimiter}${join(cwd, 'two')}`
    assert.deepEqual(namedKubeconfig({ cwd, kubeconfig: 'other' }, files), [join(cwd, 'one'), join(cwd, 'two')])
  })

  it('is else that of KUBECONFIG, and none where that is empty', () => {
    assert.deepEqual(namedKubeconfig({ cwd, kubeconfig: 'other' }, undefined), [join(cwd, 'other')])
    assert.equal(namedKubeconfig({ cwd, kubeconfig: '' }, undefined), undefined)
  })
})
