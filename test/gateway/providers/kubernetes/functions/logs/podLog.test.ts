import assert from 'node:assert/strict'
import { readMarked, readPodLine } from '../../../../../../src/gateway/providers/kubernetes/functions/logs/podLog.ts'

describe('a line of a pod', () => {
  const id = '5f0e8f0a-8a0c-4a4e-9d3e-0f6e0d6d9d0b'

  it('says in its mark which stream and which call it is of', () => {
    assert.deepEqual(readMarked(`order 17\tstored\t[out ${id}]`), {
      stream: 'stdout',
      text: 'order 17\tstored',
      invocationId: id,
    })
    assert.deepEqual(readMarked('cut …\t[err +1200]'), { stream: 'stderr', text: 'cut …', truncated: 1200 })
    assert.deepEqual(readMarked('It is replaced.\t[system]'), { stream: 'system', text: 'It is replaced.' })
  })

  it('is what something else printed where it has none', () => {
    assert.deepEqual(readMarked('a line [out]'), { stream: 'stderr', text: 'a line [out]' })
  })

  it('has the time at which it was printed, with its fraction', () => {
    const line = readPodLine('2026-01-02T03:04:05.123456789Z hello\t[out]')!
    assert.equal(Math.floor(line.time), Date.parse('2026-01-02T03:04:05.123Z'))
    assert.ok(Math.abs(line.time - Math.floor(line.time) - 0.456789) < 0.001)
    assert.equal(line.text, 'hello')
    assert.equal(readPodLine('no time'), undefined)
  })
})
