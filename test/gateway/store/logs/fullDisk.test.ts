import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const program = join(import.meta.dirname, 'onFullDisk.ts')
/** A disk of one megabyte that only this process and its children see. */
const onSmallDisk = 'mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" "$3" "$1"'

describe('a log on a full disk', () => {
  it('refuses what does not fit, keeps the rest whole, goes on when there is space, and counts what is missing', function () {
    this.timeout(60_000)
    using folder = temporaryFolder()
    const inOwnMounts = (...command: readonly string[]) =>
      spawnSync('unshare', ['-m', ...command], { encoding: 'utf8' })
    // Only root may mount; others have no small disk to fill.
    if (inOwnMounts('sh', '-c', 'mount -t tmpfs tmpfs "$1"', 'sh', folder.path).status !== 0) this.skip()
    const { status, stderr } = inOwnMounts('sh', '-c', onSmallDisk, 'sh', folder.path, process.execPath, program)
    assert.equal(status, 0, stderr)
  })
})
