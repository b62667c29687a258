import assert from 'node:assert/strict'
import { filterChoices } from '../../../src/webviews/ui/filterChoices.ts'

const zones = ['America/New_York', 'Europe/Berlin', 'Europe/York', 'Asia/Tokyo', 'America/Argentina/San_Juan']

describe('a list that is filtered while one types', () => {
  it('finds words in any case and order, over underscores and slashes', () => {
    assert.deepEqual(filterChoices(zones, 'new york'), ['America/New_York'])
    assert.deepEqual(filterChoices(zones, 'juan america'), ['America/Argentina/San_Juan'])
    assert.deepEqual(filterChoices(zones, 'NEW_Y'), ['America/New_York'])
  })

  it('puts choices first in which a word begins with the text', () => {
    assert.deepEqual(filterChoices(['Asia/Tokyo', 'Europe/Kyiv'], 'ky'), ['Europe/Kyiv', 'Asia/Tokyo'])
  })

  it('is whole for an empty text and empty for a strange one', () => {
    assert.deepEqual(filterChoices(zones, ' '), zones)
    assert.deepEqual(filterChoices(zones, 'atlantis'), [])
  })
})
