import assert from 'node:assert/strict'
import type { SandboxStatus } from '../../../src/contract/gateway.ts'
import { HksError } from '../../../src/contract/errors.ts'
import { explainFailure } from '../../../src/extension/model/failure.ts'
import { statusText } from '../../../src/extension/model/gatewayState.ts'
import { untranslated } from '../../../src/extension/model/localize.ts'
import { applyChange, noResources } from '../../../src/extension/model/resources.ts'
import { mendableProblems } from '../../../src/extension/model/sandboxWords.ts'

const missing: SandboxStatus = {
  level: 'none',
  problems: [
    { what: 'bubblewrap is not installed.', mend: 'sudo apt-get install -y bubblewrap' },
    { what: 'Landlock can not be used: the kernel is too old.' },
  ],
}
const ready = { kind: 'ready', version: '1.0.0' } as const
const shown = (sandbox: SandboxStatus | undefined) => statusText(ready, sandbox, untranslated)

describe('the sandbox in the status bar', () => {
  it('is told by its level, and by shape when there is a better one', () => {
    assert.equal(shown({ level: 'strict', problems: [] }).text, '$(server-process) HKS: local $(lock) strict')
    assert.equal(shown({ level: 'landlock', problems: [] }).text, '$(server-process) HKS: local $(unlock) landlock')
    assert.equal(shown(missing).text, '$(server-process) HKS: local $(unlock) none')
  })

  it('comes with what is missing and the command that mends it', () => {
    const { tooltip } = shown(missing)
    assert.match(tooltip, /without a sandbox \\\(level none\\\)/)
    assert.match(tooltip, /bubblewrap is not installed\\\. Mend it with: `sudo apt-get install -y bubblewrap`/)
    assert.match(tooltip, /the kernel is too old/)
    assert.deepEqual(mendableProblems(missing), [missing.problems[0]])
  })

  it('is spoken in sentences', () => {
    assert.equal(
      shown(missing).spoken,
      'Hexabase HKS: Connected to the gateway 1.0.0 on this machine. Functions run without a sandbox (level none). ' +
        'bubblewrap is not installed. Landlock can not be used: the kernel is too old.',
    )
  })

  it('warns nobody: a machine may have no better one', () => assert.equal(shown(missing).severity, 'none'))

  it('is not told before the gateway has looked for it, nor while the gateway is away', () => {
    assert.equal(shown(undefined).text, '$(server-process) HKS: local')
    assert.doesNotMatch(statusText({ kind: 'starting' }, missing, untranslated).text, /none/)
  })

  it('follows what the watch tells', () => {
    const change = { type: 'put', kind: 'sandbox', cursor: 'b:2', object: missing } as const
    assert.deepEqual(applyChange(noResources, change).sandbox, missing)
  })
})

describe('a function that asks for a sandbox that is not there', () => {
  const refused = (hint: string): HksError => new HksError('SANDBOX_UNAVAILABLE', 'It needs a sandbox.', { hint })

  it('offers to mend it where a command does', () => {
    const offered = explainFailure(refused('Mend it with: sudo apt-get install -y bubblewrap'), untranslated)
    assert.deepEqual(offered?.actions, ['mendSandbox', 'retry'])
    assert.deepEqual(explainFailure(refused('Deploy it with network: full.'), untranslated)?.actions, ['retry'])
  })
})
