import assert from 'node:assert/strict'
import {
  bubblewrapFailed,
  bubblewrapMissing,
  forRoot,
  perlMissing,
} from '../../../../src/gateway/platform/sandbox/problems.ts'
import { probeSandbox } from '../../../../src/gateway/platform/sandbox/probeSandbox.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { sandboxFolder } from './sandboxLevels.ts'

describe('a machine without the best sandbox', () => {
  it('names the package manager that installs bubblewrap', () => {
    assert.equal(bubblewrapMissing(name => name === 'apt-get').mend, 'sudo apt-get install -y bubblewrap')
    assert.equal(bubblewrapMissing(name => name === 'pacman').mend, 'sudo pacman -S --noconfirm bubblewrap')
    assert.deepEqual(
      bubblewrapMissing(() => false),
      { what: 'bubblewrap is not installed.' },
    )
  })

  it('names the command that installs perl, but none for a perl that does not work', () => {
    assert.equal(perlMissing('guard', name => name === 'dnf').mend, 'sudo dnf install -y perl')
    assert.equal(perlMissing('guard', () => true).mend, undefined)
  })

  it('asks root for no sudo', () => {
    const problem = bubblewrapMissing(name => name === 'apt-get')
    assert.equal(forRoot(problem).mend, 'apt-get install -y bubblewrap')
    assert.deepEqual(forRoot({ what: 'it can not be mended.' }), { what: 'it can not be mended.' })
  })

  for (const [said, what, mend] of [
    ['bwrap: setting up uid map: Permission denied', /AppArmor/, /apparmor_parser -r/],
    ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/, /apparmor_parser -r/],
    [
      'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
      /disabled/,
      /max_user_namespaces=/,
    ],
    ['bwrap: No permissions to create new namespace, likely because…', /only root/, /unprivileged_userns_clone=1/],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", /container.*systempaths=unconfined/, /^$/],
    ['bwrap: something new', /bwrap: something new/, /^$/],
  ] as const) {
    it(`explains "${said}"`, () => {
      const problem = bubblewrapFailed(`${said}\n`)
      assert.match(problem.what, what)
      assert.match(problem.mend ?? '', mend)
    })
  }

  it('says all that is missing and goes on without', async () => {
    using folder = temporaryFolder()
    const support = await probeSandbox({
      folder: sandboxFolder,
      scratchFolder: folder.path,
      path: folder.path,
      supervisor: undefined,
    })
    assert.equal(support.level, 'none')
    if (process.platform !== 'linux') return
    assert.deepEqual(
      support.problems.map(({ what }) => what),
      [
        'bubblewrap is not installed.',
        'Landlock can not be used: perl, which sets it up, is missing or does not work.',
      ],
    )
  })
})
