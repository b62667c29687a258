import assert from 'node:assert/strict'
import { parsePs, psVariable } from '../../../src/gateway/platform/psTable.ts'

describe('parsePs', () => {
  const output = [
    '    1     0     1 Ss   Mon Mar  2 09:00:01 2026 /sbin/launchd',
    '  812   810   812 S+   Mon Mar 12 10:00:30 2026 sleep 600 PATH=/bin HKS_RUN_ID=abc-1 HKS_HOME_ID=def LANG=C',
    '  813   812   812 Z    Mon Mar 12 10:00:31 2026 (sh)',
    '  814   812   812 S    Mon Mar 12 10:00:31 2026 ',
    '',
  ].join('\n')

  it('reads pid, parent, group, start and text, and leaves zombies out', () => {
    const entries = parsePs(output)
    assert.deepEqual(
      entries.map(entry => [entry.pid, entry.parent, entry.group]),
      [
        [1, 0, 1],
        [812, 810, 812],
        [814, 812, 812],
      ],
    )
    assert.equal(entries[1]!.startTime, Date.parse('Mon Mar 12 10:00:30 2026'))
  })

  it('finds the marks of a run in the environment', () => {
    const { text } = parsePs(output)[1]!
    assert.equal(psVariable(text, 'HKS_RUN_ID'), 'abc-1')
    assert.equal(psVariable(text, 'HKS_HOME_ID'), 'def')
    assert.equal(psVariable(text, 'HKS_RUN'), undefined)
  })
})
