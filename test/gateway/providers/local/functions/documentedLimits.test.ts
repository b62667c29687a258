import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryText } from '../../../../../src/base/memoryQuantity.ts'
import { defaultResources, smallestMemoryBytes } from '../../../../../src/gateway/domain/functionResources.ts'
import { defaultTimeoutSeconds } from '../../../../../src/gateway/domain/functionService.ts'
import { fullLookMs, lookMs } from '../../../../../src/gateway/platform/sandbox/resourceWatch.ts'
import { defaultLimits } from '../../../../../src/gateway/platform/sandbox/sandbox.ts'
import { cancelGraceMs } from '../../../../../src/gateway/providers/local/functions/pendingCalls.ts'
import {
  leastLoadCpuSeconds,
  mostProcesses,
} from '../../../../../src/gateway/providers/local/functions/runtimeLimits.ts'

const docs = join(import.meta.dirname, '../../../../../docs')
const read = (name: string) => readFileSync(join(docs, name), 'utf8')

const MiB = 2 ** 20
/** Every number of the table of limits, row by row, as the source has it. */
const numbers: Readonly<Record<string, readonly (number | string)[]>> = {
  memory: [defaultResources.memoryBytes / 2 ** 30, lookMs, fullLookMs],
  'processor time': [leastLoadCpuSeconds, fullLookMs],
  'time of a call': [defaultTimeoutSeconds, cancelGraceMs / 1000],
  'processes and threads': [mostProcesses],
  'open files': [defaultLimits.files.toLocaleString('en')],
  '`/tmp`': [defaultLimits.temporaryBytes / MiB],
  '`/dev/shm`': [defaultLimits.sharedMemoryBytes / MiB],
  'core files': [],
}

describe('docs/security.md', () => {
  it('has the limits of the source, all of them and no others', () => {
    const [, section = ''] = read('security.md').split('\n## Limits\n')
    const rows = section
      .split('\n## ')[0]!
      .split('\n')
      .filter(line => line.startsWith('|'))
      .slice(2)
      .map(line => line.split('|').slice(1, -1))
    const found = Object.fromEntries(
      rows.map(([what = '', ...cells]) => [what.trim(), cells.join(' ').match(/\d[\d,]*/g) ?? []]),
    )
    assert.deepEqual(
      found,
      Object.fromEntries(Object.entries(numbers).map(([what, expected]) => [what, expected.map(String)])),
    )
  })
})

describe('docs/features/functions.md', () => {
  it('has the default of the memory of a function, and the least', () => {
    const memory = /^ {2}memory: (\S+) .*; (\S+) to \S+$/m.exec(read('features/functions.md'))
    assert.deepEqual(memory?.slice(1), [memoryText(defaultResources.memoryBytes), memoryText(smallestMemoryBytes)])
  })
})
