import assert from 'node:assert/strict'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Change } from '../../../../../src/gateway/domain/changes.ts'
import { findGo } from '../../../../support/goRuntime.ts'
import { functionSpec, jsonOf, sourceOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const go = findGo()
const source = (result: string) =>
  `package function\n\nimport "hexabase.io/hks"\n\nfunc Handle(ctx *hks.Context, event any) (any, error) { return ${result}, nil }\n`
const spec = functionSpec({ runtime: 'go' })

const suite = (): void => {
  const messageOf = (change: Change) => (change.kind === 'deployment' ? change.step.message : undefined)

  /** A go command that builds only when the file `gate` in its folder is there; `bin` goes in front of PATH. */
  async function gatedGo(folder: string) {
    const real = dirname(dirname(go.path))
    await mkdir(join(folder, 'root/bin'), { recursive: true })
    for (const name of ['src', 'pkg', 'lib', 'go.env', 'VERSION']) {
      await symlink(join(real, name), join(folder, 'root', name))
    }
    const gate = join(folder, 'gate')
    const script = `#!/bin/sh
[ "$1" = env ] && echo ${folder}/root && echo go${go.version} && exit
while [ "$1" = build ] && [ ! -e ${gate} ]; do sleep 0.05; done
GOROOT=${folder}/root exec ${go.path} "$@"
`
    await writeFile(join(folder, 'root/bin/go'), script, { mode: 0o755 })
    const environment = { PATH: `${folder}/root/bin:${process.env['PATH']}`, HOME: folder, LANG: 'C.UTF-8' }
    return { environment: async () => environment, openGate: () => writeFile(gate, '') }
  }

  it('say that they are built and then started, when that takes a while', async () => {
    using folder = temporaryFolder()
    const { environment, openGate } = await gatedGo(folder.path)
    await using rig = await openLocalFunctions({ environment })
    const { settled } = await rig.functions.deploy(rig.projectId, spec, await sourceOf(source('1'), 'go', 'Handle'), {
      answerBy: 0,
    })
    await rig.seen(change => messageOf(change) === 'building')
    await openGate()
    const { id } = await settled
    assert.deepEqual(
      rig.changes.flatMap(change => messageOf(change) ?? []),
      ['checking the source', 'building', 'starting', 'Revision 1 is serving.'],
    )
    assert.equal(jsonOf(await rig.call(id)), 1)
  })

  it('can be cancelled while they are built', async () => {
    using folder = temporaryFolder()
    const { environment } = await gatedGo(folder.path)
    await using rig = await openLocalFunctions({ environment })
    const { function: created, settled } = await rig.functions.deploy(
      rig.projectId,
      spec,
      await sourceOf(source('1'), 'go', 'Handle'),
      { answerBy: 0 },
    )
    settled.catch(() => undefined)
    await rig.seen(change => messageOf(change) === 'building')
    const { status } = (await rig.functions.cancelDeployment(created.id))!
    await assert.rejects(settled, { code: 'CANCELLED' })
    assert.equal(status, 'failed')
    assert.deepEqual(rig.reported, [])
  })

  it('serve what was built before the gateway started anew', async () => {
    await using first = await openLocalFunctions()
    const { id } = await first.deploy(source('"kept"'), spec)
    await first.functions.stop(0)
    // A call must not wait for a build: this go can not build at all.
    using folder = temporaryFolder()
    const { environment } = await gatedGo(folder.path)
    await using second = await openLocalFunctions({ folder: first.folder, projectId: first.projectId, environment })
    assert.equal(jsonOf(await second.call(id)), 'kept')
  })

  it('go away with what was built of them', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(source('1'), spec)
    await rig.functions.remove(id)
    const left = await readdir(join(rig.folder, 'builds'))
    assert.deepEqual(
      left.map(name => name.split('-')[0]),
      ['launch'],
    )
  })
}

if (go.missing === undefined) {
  describe('functions in Go', function () {
    this.timeout(300_000)
    suite()
  })
} else describe.skip(`functions in Go (skipped: ${go.missing})`, suite)
