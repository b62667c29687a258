import assert from 'node:assert/strict'
import { HksError, invalidField } from '../../src/contract/errors.ts'
import { webviewDocument } from '../../src/contract/webviewDocument.ts'
import { fromWebviewError, toWebviewError, type WebviewError } from '../../src/contract/webviews.ts'

describe('errors between a page and its host', () => {
  it('arrive with code, message, hint and details', () => {
    const error = invalidField('schedule', '61 * * * *', 'minute 61 is above 59', 'Write 0 to 59.')
    const arrived = fromWebviewError(JSON.parse(JSON.stringify(toWebviewError(error))) as WebviewError)
    assert.ok(arrived instanceof HksError)
    const { code, message, hint, details } = error
    assert.deepEqual(
      { code: arrived.code, message: arrived.message, hint: arrived.hint, details: arrived.details },
      { code, message, hint, details },
    )
  })

  it('are INTERNAL when they are foreign or of an unknown code', () => {
    assert.deepEqual(toWebviewError(new TypeError('x is undefined')), { code: 'INTERNAL', message: 'x is undefined' })
    assert.deepEqual(toWebviewError('text'), { code: 'INTERNAL', message: 'text' })
    assert.equal(fromWebviewError({ code: 'NEW_CODE', message: 'm' }).code, 'INTERNAL')
  })
})

describe('webviewDocument', () => {
  const page = {
    cspSource: 'https://x.example',
    nonce: 'abc123',
    script: 'https://x.example/a.js',
    styles: ['https://x.example/a.css'],
    title: 'Schedule of "a" & <b>',
    locale: 'en',
    texts: { Save: '</script><b>' },
  }

  it('allows no inline script, no inline style and no network', () => {
    const html = webviewDocument(page)
    assert.match(html, /default-src &#39;none&#39;; script-src &#39;nonce-abc123&#39;; style-src/)
    assert.doesNotMatch(html, /unsafe-|connect-src|style=/)
  })

  it('escapes the title and the texts', () => {
    const html = webviewDocument(page)
    assert.ok(html.includes('<title>Schedule of &quot;a&quot; &amp; &lt;b&gt;</title>'))
    assert.equal(html.match(/<\/script>/g)?.length, 2)
  })
})
