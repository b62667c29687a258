import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RevisionRecord } from '../../../../../src/gateway/domain/function.ts'
import { createCodeStore } from '../../../../../src/gateway/providers/local/functions/codeStore.ts'
import { createPrepareRevision } from '../../../../../src/gateway/providers/local/functions/prepareRevision.ts'
import { createLocalSecrets } from '../../../../../src/gateway/providers/local/secrets.ts'
import { functionSpec, sourceOf } from '../../../../support/functionInputs.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

describe('a revision that is prepared', () => {
  /** A data folder that holds one source, and a revision of it that names the secret `api/key`. */
  async function rig() {
    const folder = temporaryFolder()
    const code = createCodeStore(join(folder.path, 'functions'), randomUUID)
    const secrets = createLocalSecrets(folder.path)
    const source = await sourceOf('export const handler = () => 1', 'node', 'index.handler')
    await code.put(source)
    const revision: RevisionRecord = {
      id: 'r',
      functionId: 'f',
      number: 3,
      spec: functionSpec({ environment: { A: 'b' }, secrets: [{ name: 'KEY', from: 'api/key' }] }),
      sourceDigest: source.digest,
      status: 'ready',
      createdAt: 0,
    }
    const log = { system: () => undefined }
    const build = ({ folder: built }: { readonly folder: string }) => Promise.resolve({ folder: built })
    const prepareAny = createPrepareRevision({ code, secrets, builderOf: () => ({ build }), log, processors: 2 })
    const prepare = (projectId: string, which: RevisionRecord) =>
      prepareAny(projectId, which, new AbortController().signal)
    return { folder, code, secrets, revision, digest: source.digest, prepare }
  }

  it('has its folder, and its secrets as they are at that moment', async () => {
    const { folder, code, secrets, revision, digest, prepare } = await rig()
    using _folder = folder
    for (const key of ['first', 'second']) {
      await secrets.write('p', 'api', { key })
      const { functionId, revision: number, folder: found, environment, secrets: values } = await prepare('p', revision)
      assert.deepEqual([functionId, number, found], ['f', 3, await code.find(digest)])
      assert.deepEqual([environment, values], [{ A: 'b' }, { KEY: key }])
    }
  })

  it('is refused when a secret or its source is gone', async () => {
    const { folder, code, secrets, revision, digest, prepare } = await rig()
    using _folder = folder
    await assert.rejects(prepare('p', revision), { code: 'NOT_FOUND' })
    await secrets.write('p', 'api', { key: 'value' })
    await code.remove(digest)
    await assert.rejects(prepare('p', revision), { code: 'FUNCTION_UNAVAILABLE', hint: 'Deploy the function again.' })
  })
})
