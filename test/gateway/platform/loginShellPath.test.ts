import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment } from '../../../src/gateway/platform/cleanEnvironment.ts'
import { defaultPath, loginShellPath } from '../../../src/gateway/platform/loginShellPath.ts'
import { startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A shell of our own, for what no real one does reliably. */
function shell(folder: string, script: string): string {
  const file = join(folder, 'shell')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

/** Runs the command that the shell was given: the last argument. */
const obey = 'for last; do :; done; eval "$last"'

describe('the PATH of the login shell', () => {
  it('is the one that the profile sets, whatever else the profile prints', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, '.profile'), 'echo "PATH=/wrong"; export PATH="$HOME/bin:$PATH"; echo welcome\n')
    const found = await loginShellPath({ shell: '/bin/sh', env: { HOME: folder.path } })
    assert.match(found.path, new RegExp(`^${folder.path}/bin:`))
    assert.equal(found.problem, undefined)
  })

  it('is not that of the program that asks', async () => {
    using folder = temporaryFolder()
    const found = await loginShellPath({ shell: shell(folder.path, obey), env: {} })
    assert.equal(found.path, defaultPath)
    assert.equal(found.problem, undefined)
  })

  it('comes with what else the profile exports', async () => {
    using folder = temporaryFolder()
    const profile = "export AWS_PROFILE=work HTTPS_PROXY='http://proxy.test:3128' LINES_OF='one\ntwo'; UNEXPORTED=x\n"
    writeFileSync(join(folder.path, '.profile'), profile)
    const { variables } = await loginShellPath({ shell: '/bin/sh', env: { HOME: folder.path } })
    const expected = { AWS_PROFILE: 'work', HOME: folder.path, HTTPS_PROXY: 'http://proxy.test:3128', LINES_OF: 'one' }
    assert.deepEqual(variables, expected)
  })

  it('is the default when the shell is absent, fails or says nothing', async () => {
    using folder = temporaryFolder()
    const answers = [
      await loginShellPath({ shell: undefined, env: {} }),
      await loginShellPath({ shell: '/nowhere/sh', env: {} }),
      await loginShellPath({ shell: shell(folder.path, 'exit 3'), env: {} }),
    ]
    for (const answer of answers) assert.equal(answer.path, defaultPath)
    for (const answer of answers) assert.deepEqual(answer.variables, {})
    assert.match(answers[0]!.problem!, /No login shell/)
    assert.match(answers[1]!.problem!, /\/nowhere\/sh did not tell its PATH: .*ENOENT/)
    assert.match(answers[2]!.problem!, /did not tell its PATH/)
  })

  it('is not waited for longer than the timeout, and the shell is ended with what it started', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'pid')
    const slow = shell(folder.path, `sleep 600 & echo $! > ${file}; wait`)
    const found = await loginShellPath({ shell: slow, env: {}, timeoutMilliseconds: 1500 })
    assert.equal(found.path, defaultPath)
    assert.match(found.problem!, /no answer within 1.5 s\.$/)
    const pid = Number(readFileSync(file, 'utf8'))
    for (let look = 0; startTimeOf(pid) !== undefined; look++) {
      assert.ok(look < 200, 'the shell left a process behind')
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  })

  it('is asked of a shell that can give its locks back when it is ended', async () => {
    using folder = temporaryFolder()
    const lock = join(folder.path, 'lock')
    const slow = shell(folder.path, `trap 'rm ${lock}; exit 1' HUP\ntouch ${lock}\nsleep 600 & wait`)
    const { problem } = await loginShellPath({ shell: slow, env: {}, timeoutMilliseconds: 1500 })
    assert.match(problem!, /no answer/)
    await eventually(() => assert.equal(existsSync(lock), false))
  })

  it('is asked of a shell that ends with the one who asks, also when that is killed', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'pids')
    const slow = shell(folder.path, `sleep 600 & echo $$ $! > ${file}.new; mv ${file}.new ${file}; wait`)
    const module = join(import.meta.dirname, '../../../src/gateway/platform/loginShellPath.ts')
    const source = `import { loginShellPath } from ${JSON.stringify(module)}
await loginShellPath({ shell: ${JSON.stringify(slow)}, env: {} })`
    const asker = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'inherit' })
    const pids = await eventually(() => readFileSync(file, 'utf8').trim().split(' ').map(Number))
    assert.equal(pids.length, 2)
    asker.kill('SIGKILL')
    await eventually(() => assert.deepEqual(pids.map(startTimeOf), [undefined, undefined]), 1000)
  }).timeout(60_000)

  it('is told by a shell that leaves a process behind, which holds its output open', async () => {
    using folder = temporaryFolder()
    const found = await loginShellPath({ shell: shell(folder.path, `sleep 600 & ${obey}`), env: {} })
    assert.equal(found.path, defaultPath)
    assert.equal(found.problem, undefined)
  })
})

describe('the environment of runs', () => {
  it('holds the PATH and a few facts about the user, and nothing of whoever started the gateway', () => {
    const env = { HOME: '/home/user', TZ: 'Asia/Tokyo', PATH: '/venv/bin', AWS_SECRET_ACCESS_KEY: 'x', HKS_HOME: '/x' }
    assert.deepEqual(cleanEnvironment(env, '/usr/bin'), { PATH: '/usr/bin', HOME: '/home/user', TZ: 'Asia/Tokyo' })
  })
})
