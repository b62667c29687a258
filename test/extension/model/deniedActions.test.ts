import assert from 'node:assert/strict'
import type { DeniedAction } from '../../../src/contract/projects.ts'
import { deniedFor } from '../../../src/extension/model/deniedActions.ts'

describe('what is denied', () => {
  const denied: readonly DeniedAction[] = [
    { action: 'createCronJob', message: 'You may not create.' },
    { action: 'deleteCronJob', message: 'You may not delete, except: nightly.', except: ['nightly'] },
  ]
  const actions = (name?: string) => deniedFor(denied, name).map(({ action }) => action)

  it('is less for an object that a role names', () => {
    assert.deepEqual(actions('nightly'), ['createCronJob'])
    assert.deepEqual(actions('hourly'), ['createCronJob', 'deleteCronJob'])
    assert.deepEqual(actions(), ['createCronJob', 'deleteCronJob'])
  })
})
