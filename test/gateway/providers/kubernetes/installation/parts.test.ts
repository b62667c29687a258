import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KnativeEvent } from '../../../../../src/contract/knative.ts'
import { downloadParts, readParts } from '../../../../../src/gateway/providers/kubernetes/installation/parts.ts'
import { pem, wireServer } from '../support/wireServer.ts'

const content = 'apiVersion: v1\n'
const sum = createHash('sha256').update(content).digest('hex')

/** Downloads `a.yaml`, and what `more` names, from a server of the test's own. */
async function download(
  pin: string | undefined,
  accepts: (sha256: string) => boolean = () => false,
  answer: { readonly status?: number; readonly redirects?: boolean } = {},
) {
  await using server = await wireServer((request, response) => {
    if (answer.redirects && request.url === '/a.yaml') response.writeHead(302, { Location: '/moved' }).end()
    else response.writeHead(answer.status ?? 200).end(content)
  })
  const events: KnativeEvent[] = []
  const part = { name: 'a.yaml', url: `${server.url}/a.yaml`, ...(pin === undefined ? {} : { sha256: pin }) }
  const files = downloadParts([part], {
    ...{ accepts, environment: {}, certificateAuthorities: pem('ca.crt') },
    tell: event => events.push(event),
    signal: new AbortController().signal,
  })
  // Before the server goes.
  await files.catch(() => undefined)
  return { files, events }
}

describe('the download of the parts of Knative', () => {
  it('takes a file with the sum that is pinned, after a redirect, too', async () => {
    const { files, events } = await download(sum, undefined, { redirects: true })
    assert.deepEqual(await files, [{ name: '01-a.yaml', content }])
    const told = events.find(event => event.type === 'file')
    assert.deepEqual([told?.sha256, told?.pinned], [sum, true])
  })

  it('refuses a file with another sum than the pinned one, also where any is accepted', async () => {
    const { files } = await download('0'.repeat(64), () => true)
    await assert.rejects(files, { code: 'CONFLICT', message: new RegExp(`its sha256 is ${sum}, not 0000`) })
  })

  it('refuses a file without a pin and says which sum it saw, unless it is accepted', async () => {
    const { files, events } = await download(undefined)
    await assert.rejects(files, (error: HksError) => {
      assert.equal(error.code, 'INVALID_REQUEST')
      assert.ok(error.message.includes(`${sum}  a.yaml`))
      assert.match(error.hint ?? '', /--from.*--accept-unverified/)
      return true
    })
    assert.ok(events.some(event => event.type === 'file' && event.sha256 === sum && !event.pinned))
    assert.equal((await (await download(undefined, sha256 => sha256 === sum)).files).length, 1)
  })

  it('says why a file could not be had', async () => {
    const { files } = await download(sum, undefined, { status: 404 })
    await assert.rejects(files, {
      code: 'CONNECTION_FAILED',
      message: /a\.yaml can not be downloaded: the answer is 404/,
    })
    const away = downloadParts([{ name: 'a.yaml', url: 'https://127.0.0.1:1/a.yaml' }], {
      ...{ accepts: () => true, environment: {}, tell: () => undefined },
      signal: new AbortController().signal,
    })
    await assert.rejects(away, { code: 'CONNECTION_FAILED', message: /can not be downloaded/ })
  })

  it('is of the files that deploy/knative/README.md lists, with their versions and whether they are pinned', async () => {
    const folder = resolve(import.meta.dirname, '../../../../../deploy/knative')
    const parts = await readParts(resolve(folder, 'parts.json'))
    const rows = readFileSync(resolve(folder, 'README.md'), 'utf8').matchAll(
      /^\| `(.+?)` \|.*?\| (\S+) \| (yes|no) \|$/gm,
    )
    assert.deepEqual(
      [...rows].map(([, name, version, pinned]) => [name, version, pinned]),
      parts.map(({ name, url, sha256 }) => [name, /knative-v([\d.]+)\//.exec(url)?.[1], sha256 ? 'yes' : 'no']),
    )
    for (const { name, url } of parts) assert.ok(url.endsWith(`/${name}`))
  })
})
