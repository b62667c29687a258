import assert from 'node:assert/strict'
import { installFailed } from '../../../../../../src/gateway/providers/local/functions/dependencies/installFailure.ts'
import {
  explainNpm,
  withoutHelp,
} from '../../../../../../src/gateway/providers/local/functions/dependencies/npmFailure.ts'
import { explainPip } from '../../../../../../src/gateway/providers/local/functions/dependencies/pipFailure.ts'

describe('why packages could not be installed', () => {
  const npm = (code: string, text: string) => explainNpm([`npm error code ${code}`, `npm error ${text}`, 'npm error'])

  it('is told from what npm says, in its words', () => {
    const said = [
      npm('ENOTFOUND', 'request to https://registry.example failed'),
      npm('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      npm('E401', 'Unable to authenticate'),
      npm('ETARGET', 'No matching version found for a@9'),
      npm('ENOSPC', 'nospc ENOSPC: no space left on device, write'),
      npm('EWHATEVER', 'something new'),
    ]
    assert.deepEqual(
      said.map(({ reason }) => reason),
      ['network', 'network', 'login', 'notFound', 'noSpace', 'unknown'],
    )
    assert.equal(said[3]?.said, 'No matching version found for a@9')
    assert.equal(said[5]?.said, 'EWHATEVER: something new')
    assert.ok(said.every(({ hint }) => hint.length > 0))
  })

  it('is told by an older npm and by one that says nothing, too', () => {
    assert.equal(explainNpm(['npm ERR! code E404', 'npm ERR! 404 Not Found']).reason, 'notFound')
    assert.deepEqual([explainNpm([]).reason, explainNpm([]).said], ['unknown', 'it said nothing'])
  })

  it('is not the help that npm adds', () => {
    const lines = [
      'npm error code EUSAGE',
      'npm error',
      'npm error Missing: a@1 from lock file',
      'npm error Clean install a project',
    ]
    assert.deepEqual(withoutHelp([...lines, 'npm error Usage:']), lines.slice(0, 3))
    assert.equal(explainNpm(lines).said, 'Missing: a@1 from lock file')
  })

  it('is told from what pip says, in its words', () => {
    const cases = {
      noSpace: 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      login: 'ERROR: HTTP error 401 while getting x: 401 Client Error: Unauthorized for url',
      network: 'WARNING: Retrying after connection broken by NewConnectionError: Name or service not known',
      notFound: 'ERROR: No matching distribution found for a==9',
      invalid: 'ERROR: ResolutionImpossible: for help visit https://example.com',
      unknown: 'ERROR: something new',
    }
    for (const [reason, line] of Object.entries(cases)) assert.equal(explainPip([line]).reason, reason, line)
    assert.equal(explainPip(['ERROR: Exception:', '  File "a.py"', 'PermissionError: no']).said, 'PermissionError: no')
  })

  it('is an error of the source or of the deployment, with the last lines', () => {
    const failure = {
      file: 'requirements.txt',
      tool: 'pip install',
      exitCode: 1,
      lines: Array.from({ length: 30 }, (_, i) => `${i}`),
    }
    const invalid = installFailed(failure, { reason: 'invalid', said: 'no', hint: 'yes' })
    assert.deepEqual(
      [invalid.code, invalid.message, invalid.hint],
      ['INVALID_SOURCE', 'requirements.txt: pip install ended with exit code 1: no', 'yes'],
    )
    assert.equal((invalid.details?.['lines'] as string[]).at(0), '10')
    const killed = installFailed({ ...failure, exitCode: undefined }, { reason: 'unknown', said: 'no', hint: 'yes' })
    assert.deepEqual([killed.code, killed.message], ['DEPLOY_FAILED', 'requirements.txt: pip install was killed: no'])
  })
})
