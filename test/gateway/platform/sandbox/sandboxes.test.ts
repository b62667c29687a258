import assert from 'node:assert/strict'
import { join } from 'node:path'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import type { SandboxSupport } from '../../../../src/gateway/platform/sandbox/probeSandbox.ts'
import { createSandboxes, type Sandboxes } from '../../../../src/gateway/platform/sandbox/sandboxes.ts'
import type { SandboxLevel } from '../../../../src/gateway/platform/sandbox/sandbox.ts'
import type { Supervisor } from '../../../../src/gateway/platform/supervisor.ts'
import { lackOfSandbox } from '../../../support/lackOfSandbox.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { sandboxFolder } from './sandboxLevels.ts'

describe('the sandboxes of a gateway', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  after(() => folder[Symbol.dispose]())

  /** On a machine where perl is installed when `perl.there` says so. */
  const open = (best: SandboxLevel, perl: { there: boolean; asked?: number }): Sandboxes =>
    createSandboxes({
      folder: sandboxFolder,
      scratchFolder: join(folder.path, 'scratch'),
      best,
      path: async () => '',
      supervisor: async (): Promise<Supervisor | undefined> => {
        perl.asked = (perl.asked ?? 0) + 1
        return perl.there ? findSupervisor(sandboxFolder) : undefined
      },
    })

  it('say when the user asked for less', async () => {
    await using none = open('none', { there: true })
    assert.deepEqual(await none.support(), {
      level: 'none',
      problems: [{ what: 'HKS_SANDBOX is set to none: no sandbox is looked for.' }],
    })
  })

  it('are found when they are needed, and by those who need them at once only once', async () => {
    const perl = { there: false, asked: 0 }
    await using sandboxes = open('landlock', perl)
    await Promise.all([sandboxes.support(), sandboxes.support(), sandboxes.check()])
    const { asked } = perl
    await sandboxes.support()
    assert.deepEqual([asked, perl.asked], [1, 1])
  })

  it('are better as soon as what was missing is there and somebody checks, and tell so once', async function () {
    const lack = await lackOfSandbox('landlock')
    if (lack !== undefined) {
      this.test!.title += ` (skipped: sandbox: ${lack})`
      return this.skip()
    }
    const perl = { there: false }
    await using sandboxes = open('landlock', perl)
    const told: [SandboxLevel, SandboxLevel | undefined][] = []
    sandboxes.subscribe((found, before) => told.push([found.level, before?.level]))
    const missing = await sandboxes.support()
    assert.equal(missing.level, 'none')
    assert.match(missing.problems.at(-1)?.what ?? '', /perl/)
    perl.there = true
    assert.equal((await sandboxes.support()).level, 'none')
    const [first, second]: SandboxSupport[] = await Promise.all([sandboxes.check(), sandboxes.check()])
    assert.deepEqual([first?.level, second], ['landlock', first])
    await sandboxes.check()
    assert.deepEqual(told, [
      ['none', undefined],
      ['landlock', 'none'],
    ])
    perl.there = false
    assert.equal((await sandboxes.check()).level, 'none', 'what was there may be gone')
  })

  it('say at the best level, too, that perl is missing, which guards them', async function () {
    const lack = await lackOfSandbox('strict')
    if (lack !== undefined) {
      this.test!.title += ` (skipped: sandbox: ${lack})`
      return this.skip()
    }
    const perl = { there: false }
    await using sandboxes = open('strict', perl)
    const words = async (): Promise<string> => {
      const { level, problems } = await sandboxes.check()
      return [level, ...problems.map(({ what }) => what)].join('\n')
    }
    assert.match(await words(), /^strict\n(.*\n)?perl is missing or does not work: what is left/)
    perl.there = true
    assert.doesNotMatch(await words(), /perl/)
  })
})
