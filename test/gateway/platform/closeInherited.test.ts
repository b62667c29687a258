import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const module = resolve(import.meta.dirname, '../../../src/gateway/platform/closeInherited.ts')

describe('closeInherited', () => {
  it('closes what was handed down, so that no child gets it', function () {
    if (process.platform !== 'linux') return this.skip()
    // Node itself sees to the first sixteen.
    const list = (before: string): readonly number[] => {
      const script = `${before}; console.log(String(child_process.execFileSync('ls', ['/proc/self/fd'])))`
      const { stdout } = spawnSync(
        'bash',
        ['-c', 'exec 200</dev/null; exec "$@"', 'bash', process.execPath, '-e', script],
        {
          encoding: 'utf8',
        },
      )
      return stdout.trim().split('\n').map(Number)
    }
    assert.ok(list('').includes(200), 'it is handed down')
    assert.ok(!list(`require(${JSON.stringify(module)}).closeInherited()`).includes(200))
  })
})
