import assert from 'node:assert/strict'
import { join } from 'node:path'
import { lastOutput } from '../../../src/gateway/domain/lastOutput.ts'
import { createLogStore } from '../../../src/gateway/store/logs/logStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { execution } from '../store/records.ts'

describe('lastOutput', () => {
  const run = execution('app', { id: 'run' })
  const outputOf = async (texts: readonly string[]) => {
    using folder = temporaryFolder()
    const logs = createLogStore(join(folder.path, 'logs'))
    const line = (text: string, executionId: string, stream: 'stdout' | 'system' = 'stdout') => ({
      time: 1,
      stream,
      text,
      executionId,
    })
    logs.append('app', [
      line('of another run', 'other'),
      line('started', 'run', 'system'),
      ...texts.map(text => line(text, 'run')),
      line('of another run', 'other'),
    ])
    const output = await lastOutput(logs, run)
    logs.close()
    return output
  }

  it('is what the run wrote, without the lines of the platform and of other runs', async () => {
    assert.equal(await outputOf(['a', '', 'b']), 'a\n\nb\n')
    assert.equal(await outputOf([]), '')
  })

  it('is the last 64 KB, cut at a line', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i}`)
    const output = await outputOf(lines)
    assert.ok(Buffer.byteLength(output) <= 65_536)
    assert.ok(Buffer.byteLength(output) > 65_536 - 20)
    const all = `${lines.join('\n')}\n`
    assert.equal(output, all.slice(all.length - output.length))
    assert.match(output, /^line \d+\n/)
  })

  it('is the last 64 KB also of lines that are very short', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => String(i % 10))
    assert.equal(
      await outputOf(lines),
      lines
        .slice(-32_768)
        .map(text => `${text}\n`)
        .join(''),
    )
  })

  it('cuts a single line that is longer, between characters', async () => {
    const output = await outputOf(['x', 'é'.repeat(40_000)])
    assert.ok(Buffer.byteLength(output) <= 65_536)
    assert.match(output, /^é+\n$/)
  })
})
