import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { finished, openWorkplace, programs, type Workplace } from './hksFunc.ts'

/** A disk that only the command and what it starts see, with nothing left on it but what `$2` bytes take. */
const onFullDisk = `mount -t tmpfs -o size=256k tmpfs "$1" && cd "$1" && mkdir home && head -c 4096 /dev/zero > room
cat /dev/zero > ballast 2> /dev/null
[ "$2" = some ] && rm room
shift 2
"$@"
code=$?
find . -mindepth 1 -not -name ballast -not -name room -not -path "./home*" >&2
exit $code`

describe('hks-func on a full disk', function () {
  this.timeout(60_000)
  let place: Workplace
  before(async function () {
    place = await openWorkplace()
    // Only root may mount; others have no small disk to fill.
    const mount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs "$1"', 'sh', place.folder])
    if (mount.status !== 0) this.skip()
  })
  after(() => place.close())

  const run = (room: 'none' | 'some', home: string, ...args: readonly string[]) => {
    const command = [process.execPath, programs.built, ...args]
    return finished(
      spawn('unshare', ['-m', 'sh', '-c', onFullDisk, 'sh', place.folder, room, ...command], {
        env: { ...process.env, HKS_HOME: `${place.folder}/${home}`, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
  }

  for (const room of ['none', 'some'] as const) {
    for (const home of ['home', 'new/home']) {
      it(`says so when the gateway does not start, with ${room} of a block left and the data folder ${home}`, async () => {
        for (const args of [
          ['--json', 'list'],
          ['--json', 'gateway', 'run'],
        ]) {
          const { code, stdout, stderr } = await run(room, home, ...args)
          // Node warns of certificates that it cannot read, on some machines.
          const error = stderr.split('\n').filter(line => line.startsWith('{'))
          assert.equal(error.length, 1, stderr)
          assert.doesNotMatch(stderr, /^STORE_FAILED/m)
          const said = JSON.parse(error[0]!) as { code: string; error: string; hint: string }
          assert.deepEqual(
            [code, stdout, said.code, said.hint],
            [6, '', 'STORE_FAILED', 'Free some space, then try again.'],
            stderr,
          )
          assert.match(said.error, /the disk is full/)
        }
      })
    }
  }

  it('leaves nothing of a function that it could not write whole', async () => {
    const { code, stdout, stderr } = await run('some', 'home', 'init', '-r', 'node', '-t', 'hello', 'greet')
    assert.deepEqual([code, stdout], [6, ''])
    assert.match(stderr, /^error: \S*greet\/\S+ cannot be written: the disk is full\. \(STORE_FAILED\)\n {2}Free .*\n/)
    assert.doesNotMatch(stderr, /^\.\/greet/m)
  })
})
