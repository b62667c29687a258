import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { HksError } from '../../../src/contract/errors.ts'
import type { FunctionInvokeInit, InvokeErrand } from '../../../src/contract/functionInvoke.ts'
import type { InvocationDetail } from '../../../src/contract/invocations.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { now } from '../support/cronJobs.ts'
import { answerOf, callLines, endedCall, functionInvokeHost, invokeInit } from '../support/functionInvokeHost.ts'
import { functionOf, invocationOf } from '../support/functions.ts'
import { accessibilityViolations, type OpenWebview } from '../support/openWebview.ts'
import { pagesOfSuite } from '../support/pagesOfSuite.ts'
import type { ThemeName } from '../support/themes.ts'

describeInVscode('the invoke page in a browser', () => {
  const openPage = pagesOfSuite('functionInvoke')
  let open: OpenWebview<'functionInvoke'>

  async function start(
    options: {
      init?: Partial<FunctionInvokeInit>
      change?: Parameters<typeof functionInvokeHost>[1]
      theme?: ThemeName
      width?: number
    } = {},
  ) {
    const { init = {}, change = {}, ...look } = options
    const host = functionInvokeHost(invokeInit(init), change)
    open = await openPage({ handlers: host.handlers, listeners: host.listeners, ...look })
    await open.page.locator('h1').waitFor()
    /** The id of the call that the page began last. */
    const begun = async () => {
      await open.delivered()
      return host.begun.at(-1)?.invocationId ?? assert.fail('nothing was called')
    }
    return { page: open.page, host, begun }
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const payload = (page: Page) => page.getByLabel('Payload as JSON')
  const answer = (page: Page) => page.getByRole('region', { name: 'Text of the answer' })
  const facts = async (page: Page) =>
    (await page.getByRole('list', { name: 'About this call' }).innerText()).replaceAll(/\s+/g, ' ')
  const rows = (page: Page) => page.locator('.recent li')
  const inputs = (host: ReturnType<typeof functionInvokeHost>) => host.begun.map(({ input }) => input)

  it('calls with the payload and shows the answer, what is known of the call, and its log', async () => {
    const { page, host, begun } = await start()
    await payload(page).fill('{"name": "Ada"}')
    await button(page, 'Invoke').click()
    await page.getByText(/Running 0:0\d/).waitFor()
    const id = await begun()
    assert.deepEqual(inputs(host), [{ payload: { kind: 'json', text: '{"name": "Ada"}' } }])
    open.emit('call', { call: endedCall(id) })
    await page.waitForFunction(() => document.querySelector('pre.body')?.textContent?.includes('\n'))
    assert.equal(await answer(page).innerText(), '{\n  "greeting": "Hello, Ada"\n}')
    assert.match(await facts(page), /200 .*7\.9 ms .*waited 5 ms .*cold .*25 B .*rev 7 .*strict/)
    await page.getByRole('log').getByText('greeting').waitFor()
    await page.getByText('Answered 200 after 7.9 ms').waitFor({ state: 'attached' })
    await page.getByText('Headers (1)').click()
    await page.locator('.headers dd').getByText('application/json').waitFor()
    assert.equal(await rows(page).count(), 3)
  })

  it('calls with Ctrl+Enter from anywhere, and says where the JSON is wrong instead', async () => {
    const { page, host } = await start()
    await payload(page).fill('{\n  "name": Ada\n}')
    await page.getByText('Line 2, column 11').waitFor()
    await page.getByText('Ada is no value in JSON; texts need double quotes.').waitFor()
    assert.equal(await page.locator('.payload-marks mark').innerText(), 'A')
    assert.equal(await payload(page).getAttribute('aria-invalid'), 'true')
    await button(page, 'Invoke').click()
    const caret = () => payload(page).evaluate(area => (area as HTMLTextAreaElement).selectionStart)
    assert.equal(await caret(), 12)
    await open.delivered()
    assert.deepEqual(host.begun, [])
    await payload(page).fill('{"name": "Ada"}')
    assert.equal(await page.locator('.payload-marks mark').count(), 0)
    await page.keyboard.press('Control+Enter')
    await button(page, 'Cancel').waitFor()
    await open.delivered()
    assert.equal(host.begun.length, 1)
  })

  it('marks what is missing at the end', async () => {
    const { page } = await start()
    await payload(page).fill('{"names": ["Ada"')
    await page.getByText('A comma or ] is missing here.').waitFor()
    await button(page, 'Line 1, column 17').click()
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'payload')
  })

  it('sends text with its content type, or nothing', async () => {
    const { page, host, begun } = await start()
    await page.locator('.segment').filter({ hasText: 'Text' }).click()
    await page.getByLabel('Content type').fill('text csv')
    await page.getByText('A content type is a word, a slash and a word, such as text/csv.').waitFor()
    await page.getByLabel('Content type').fill('text/csv')
    await page.getByLabel('Payload as text').fill('a;b')
    await button(page, 'Invoke').click()
    open.emit('call', { call: endedCall(await begun()) })
    await answer(page).waitFor()
    await page.locator('.segment').filter({ hasText: 'Empty' }).click()
    await page.getByText('Nothing is sent; the handler gets null.').waitFor()
    await button(page, 'Invoke').click()
    await begun()
    assert.deepEqual(inputs(host), [
      { payload: { kind: 'text', text: 'a;b', contentType: 'text/csv' } },
      { payload: { kind: 'empty' } },
    ])
  })

  it('shows an answer while it comes', async () => {
    const { page, begun } = await start()
    await button(page, 'Invoke').click()
    const id = await begun()
    const part = (text: string, bytes: number) =>
      answerOf({ headers: { 'content-type': 'application/x-ndjson' }, text, bytes })
    open.emit('call', { call: { invocationId: id, startedAt: now, answer: part('{"n":1}\n', 8) } })
    await answer(page).getByText('{"n":1}').waitFor()
    await page
      .getByText(/^Running/)
      .first()
      .waitFor()
    open.emit('call', { call: { invocationId: id, startedAt: now, answer: part('{"n":2}\n', 16) } })
    await answer(page).getByText('{"n":2}').waitFor()
    open.emit('call', { call: endedCall(id, { answer: part('', 16) }) })
    await page.getByText('Answered 200').waitFor({ state: 'attached' })
    assert.equal(await answer(page).innerText(), '{"n":1}\n{"n":2}\n')
  })

  it('ends the call with Cancel, which keeps the focus among the buttons', async () => {
    const { page, host, begun } = await start()
    await button(page, 'Invoke').focus()
    await page.keyboard.press('Enter')
    const id = await begun()
    await page.waitForFunction(() => document.activeElement?.id === 'cancel')
    await page.keyboard.press('Enter')
    await open.delivered()
    assert.equal(host.asked.at(-1), 'cancel')
    const { text: _text, ...without } = answerOf({ status: 499, code: 'CANCELLED', bytes: 40 })
    open.emit('call', { call: endedCall(id, { answer: without }) })
    await page.getByText('The call was cancelled.').waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'invoke')
  })

  it('says of a failure its code, message and stack', async () => {
    const { page, begun } = await start()
    await button(page, 'Invoke').click()
    const exception = { type: 'TypeError', message: 'name is undefined', stack: 'TypeError: name\n  at index.mjs:3:9' }
    const text = JSON.stringify({
      error: 'The function raised an exception.',
      code: 'FUNCTION_FAILED',
      details: { exception },
    })
    const failed = answerOf({ status: 500, code: 'FUNCTION_FAILED', text, bytes: text.length })
    open.emit('call', { call: endedCall(await begun(), { answer: failed }) })
    await page.getByText('The function raised an exception. TypeError: name is undefined').first().waitFor()
    await page.locator('.notice code').getByText('FUNCTION_FAILED').waitFor()
    assert.match(await page.getByRole('region', { name: 'Stack of the exception' }).innerText(), /at index\.mjs:3:9/)
    assert.equal(await answer(page).count(), 0)
  })

  it('keeps what came of an answer that broke off, and says why it did', async () => {
    const { page, begun } = await start()
    await button(page, 'Invoke').click()
    const failure = { code: 'FUNCTION_CRASHED', message: 'The process ended.', hint: 'Its log may say why.' } as const
    const plain = answerOf({ headers: { 'content-type': 'text/plain' }, text: 'half', bytes: 4 })
    open.emit('call', { call: endedCall(await begun(), { answer: plain, failure }) })
    await answer(page).getByText('half').waitFor()
    await page.getByText('The process ended.', { exact: true }).waitFor()
    await page.getByText('Its log may say why.').waitFor()
  })

  it('says of an image that its lines belong to no call', async () => {
    const image = functionOf({ runtime: 'image', image: 'shop:1', handler: '' })
    const nothing = { items: [], more: false, next: {}, end: 'The call ended: succeeded.' }
    const { page, begun } = await start({ init: { function: image }, change: { log: () => nothing } })
    await button(page, 'Invoke').click()
    open.emit('call', { call: endedCall(await begun()) })
    await page.getByText('What an image writes belongs to no call').waitFor()
  })

  it('has no log of a call that did not get there', async () => {
    const { page, begun } = await start()
    await button(page, 'Invoke').click()
    await page.getByRole('heading', { name: 'Log of this call' }).waitFor()
    const failure = { code: 'GATEWAY_UNREACHABLE', message: 'No gateway answers.' } as const
    open.emit('call', { call: { invocationId: await begun(), startedAt: now, elapsed: 3, failure } })
    await page.getByText('No gateway answers.', { exact: true }).waitFor()
    assert.equal(await page.getByRole('heading', { name: 'Log of this call' }).count(), 0)
  })

  it('gives bytes as their number, to be saved, and of a large text its beginning', async () => {
    const { page, host, begun } = await start({ change: { saveAnswer: () => ({ path: '/home/ada/cat.png' }) } })
    await button(page, 'Invoke').click()
    const { text: _text, ...png } = answerOf({ headers: { 'content-type': 'image/png' }, bytes: 2048 })
    open.emit('call', { call: endedCall(await begun(), { answer: png }) })
    await page.getByText('2.0 KiB of image/png, not text.').waitFor()
    assert.equal(await button(page, 'Copy the answer').count(), 0)
    await button(page, 'Save the answer to a file').click()
    await page.getByText('Saved to /home/ada/cat.png.').waitFor()
    await button(page, 'Invoke').click()
    const large = answerOf({
      headers: {},
      text: 'x'.repeat(262_144),
      bytes: 1024 * 1024 * 1024,
      isCut: true,
      isKept: false,
    })
    open.emit('call', { call: endedCall(await begun(), { answer: large }) })
    await page.getByText('The first 256.0 KiB of 1024.0 MiB.').waitFor()
    await page.getByText('It is larger than the editor keeps').waitFor()
    await page.locator('.answer').getByRole('button', { name: 'Open in an editor' }).click()
    await open.delivered()
    assert.equal(host.asked.at(-1), 'openAnswer')
  })

  it('follows the log of a call that runs, and reads the rest at its end', async () => {
    const followed: unknown[] = []
    const pages: unknown[] = []
    const { page, begun } = await start({
      change: {
        log: ({ invocationId, ...query }) => {
          pages.push(query)
          const items = pages.length < 2 ? [] : callLines(invocationId, ['one', 'two', 'three']).slice(2)
          return { items, more: false, next: {}, ...(pages.length < 2 ? {} : { end: 'The call ended: succeeded.' }) }
        },
        followLog: params => {
          followed.push(params.followId)
          return null
        },
      },
    })
    await button(page, 'Invoke').click()
    const id = await begun()
    await page.getByText('No line yet.').waitFor()
    open.emit('logLines', { followId: followed[0] as number, lines: callLines(id, ['one', 'two']) })
    await page.getByRole('log').getByText('two').waitFor()
    open.emit('call', { call: endedCall(id) })
    await page.getByRole('log').getByText('three').waitFor()
    assert.equal(await page.locator('.log-line').count(), 3)
    assert.deepEqual(pages.at(-1), { after: 2, limit: 10_000 })
  })

  it('follows the log beyond the end of the call until it has ended, too', async () => {
    const followed: number[] = []
    const { page, begun } = await start({
      change: {
        log: () => ({ items: [], more: false, next: {} }),
        followLog: ({ followId }) => {
          followed.push(followId)
          return null
        },
      },
    })
    await button(page, 'Invoke').click()
    const id = await begun()
    await page.getByText('No line yet.').waitFor()
    open.emit('call', { call: endedCall(id) })
    await answer(page).waitFor()
    while (followed.length < 2) await open.delivered()
    open.emit('logLines', { followId: followed[1]!, lines: callLines(id, ['late']), end: 'The call ended: succeeded.' })
    await page.getByRole('log').getByText('late').waitFor()
  })

  it('lists the last calls live, and shows of each what is known', async () => {
    const { page } = await start()
    assert.match(await rows(page).nth(1).innerText(), /11:58.*\s500 · KeyError: 'name' · 1\.2 s\s+cold/s)
    open.emit('calls', { calls: [invocationOf({ id: 'call-2', startedAt: now, source: 'url' })] })
    await page.waitForFunction(() => document.querySelectorAll('.recent li').length === 3)
    assert.match(await rows(page).first().innerText(), /12:00.*URL/s)
    await rows(page).nth(2).locator('.row').click()
    await page.getByRole('heading', { name: /Call of .*11:58/ }).waitFor()
    await page.getByRole('region', { name: 'What it was sent' }).getByText('{"name":"Grace"}').waitFor()
    await page.getByRole('log').getByText('greeting').waitFor()
    assert.equal(await rows(page).nth(2).locator('.row').getAttribute('aria-current'), 'true')
  })

  it('loads older calls', async () => {
    const { page } = await start({
      init: { olderCalls: 'cursor' },
      change: { calls: () => ({ items: [invocationOf({ id: 'old', startedAt: '2026-11-20T10:00:00.000Z' })] }) },
    })
    await button(page, 'Show older calls').click()
    await page.waitForFunction(() => document.querySelectorAll('.recent li').length === 3)
    assert.equal(await button(page, 'Show older calls').count(), 0)
  })

  it('replays a call: what it was sent goes into the editor and is sent', async () => {
    const { page, host } = await start()
    await payload(page).fill('{"mine": 1}')
    await button(page, 'Replay the call of 11:59:00').click()
    await button(page, 'Cancel').waitFor()
    await open.delivered()
    assert.deepEqual(inputs(host), [{ payload: { kind: 'json', text: '{"name":"Grace"}' } }])
    assert.equal(await payload(page).inputValue(), '{"name":"Grace"}')
    await button(page, 'Put mine back').click()
    assert.equal(await payload(page).inputValue(), '{"mine": 1}')
  })

  const detail = (change: Partial<InvocationDetail>): InvocationDetail => ({ ...invocationOf(), ...change })

  it('says of a call that cannot be replayed why not', async () => {
    let record = detail({})
    const { page, host } = await start({ change: { record: () => record } })
    await button(page, 'Replay the call of 11:59:00').click()
    await page.getByText('What it was sent is not kept any more: of each function the last 20 payloads are.').waitFor()
    const request = {
      headers: { 'content-type': 'application/json' },
      body: '{"key":"***"}',
      encoding: 'utf8',
    } as const
    record = detail({ request: { ...request, masked: true } })
    await button(page, 'Replay the call of 11:59:00').click()
    await page.getByText('It is in the editor: put the secret in and invoke.').waitFor()
    assert.equal(await payload(page).inputValue(), '{"key":"***"}')
    await open.delivered()
    assert.deepEqual(host.begun, [])
  })

  it('sends bytes again as they were', async () => {
    const request = {
      headers: { 'content-type': 'image/png' },
      body: 'AAE=',
      encoding: 'base64',
      masked: false,
    } as const
    const { page, host } = await start({ change: { record: () => detail({ request }) } })
    await button(page, 'Replay the call of 11:59:00').click()
    await page.getByText('This call was sent bytes or a CloudEvent.').waitFor()
    await open.delivered()
    assert.deepEqual(inputs(host), [{ sameAs: 'call-1' }])
  })

  it('does at once what it was opened for, and what it is asked for later, once', async () => {
    const errands: InvokeErrand[] = [{ kind: 'replay', invocationId: 'call-0' }]
    const { page, host, begun } = await start({
      init: { last: { kind: 'json', text: '{"last": 1}' }, errand: { kind: 'invoke' } },
      change: { errand: () => errands.pop() ?? null },
    })
    await button(page, 'Cancel').waitFor()
    open.emit('call', { call: endedCall(await begun()) })
    await answer(page).waitFor()
    open.emit('errand', null)
    open.emit('errand', null)
    await button(page, 'Cancel').waitFor()
    await open.delivered()
    assert.deepEqual(inputs(host), [
      { payload: { kind: 'json', text: '{"last": 1}' } },
      { payload: { kind: 'json', text: '{"name":"Grace"}' } },
    ])
  })

  it('keeps payloads under names', async () => {
    const ada = { name: 'Ada', payload: { kind: 'json', text: '{"name": "Ada"}' } } as const
    const text = { name: 'csv', payload: { kind: 'text', text: 'a;b', contentType: 'text/csv' } } as const
    const { page, host } = await start({
      init: { saved: [text] },
      change: { savePayload: () => ({ saved: [ada, text], name: 'Ada' }), deletePayload: () => ({ saved: [text] }) },
    })
    await payload(page).fill('{"name": "Ada"}')
    await button(page, 'Save this payload').click()
    await button(page, 'Rename Ada').click()
    await page.getByLabel('Saved payloads').selectOption('csv')
    assert.equal(await page.getByLabel('Payload as text').inputValue(), 'a;b')
    await page.getByLabel('Saved payloads').selectOption('Ada')
    assert.equal(await payload(page).inputValue(), '{"name": "Ada"}')
    await button(page, 'Delete Ada').click()
    await button(page, 'Save this payload').waitFor()
    assert.deepEqual(host.asked, ['renamePayload {"name":"Ada"}'])
  })

  it('indents the JSON without changing its numbers, and copies the call as curl', async () => {
    const { page, host } = await start()
    await payload(page).fill('{"id":12345678901234567890,"list":[]}')
    await button(page, 'Format').click()
    assert.equal(await payload(page).inputValue(), '{\n  "id": 12345678901234567890,\n  "list": []\n}')
    await button(page, 'Copy as curl').click()
    await open.delivered()
    assert.match(host.asked[0] ?? '', /^copyCurl .*12345678901234567890/)
  })

  it('restores what was typed after a reload, and the call that the host has', async () => {
    const call = endedCall('call-9')
    const { page } = await start({ init: { call } })
    await payload(page).fill('{"kept": true}')
    await page.reload()
    await answer(page).getByText('Hello, Ada').waitFor()
    assert.equal(await payload(page).inputValue(), '{"kept": true}')
    const state = await page.evaluate(() => sessionStorage.getItem('state') ?? '')
    assert.equal((JSON.parse(state) as { functionId?: string }).functionId, 'function-1')
  })

  it('says why nothing was called, and keeps the answer before', async () => {
    const { page } = await start({
      init: { trusted: false, call: endedCall('call-9') },
      change: {
        invoke: () => {
          throw new HksError('FORBIDDEN', 'This workspace is not trusted.')
        },
      },
    })
    await button(page, 'Invoke').click()
    await page.getByText('Not invoked: This workspace is not trusted.').waitFor()
    await button(page, 'Manage Workspace Trust').click()
    await answer(page).getByText('Hello, Ada').waitFor()
  })

  it('says when the gateway is away and when the function was deleted', async () => {
    const { page } = await start()
    open.emit('connection', { connected: false })
    await page.getByText('The gateway cannot be reached; calls wait until it is back.').waitFor()
    open.emit('connection', { connected: true })
    await page.getByText('cannot be reached').waitFor({ state: 'detached' })
    open.emit('function', { function: functionOf({ revision: 8, replicas: 0 }) })
    await page.getByText('node · rev 8 · scaled to zero').waitFor()
    open.emit('deleted', { id: 'function-1' })
    await page.getByText('greet was deleted; it cannot be called any more.').waitFor()
    assert.equal(await button(page, 'Invoke').count(), 0)
    assert.equal(await page.getByRole('button', { name: /Replay/ }).count(), 0)
  })

  it('says why it could not be opened, and retries', async () => {
    let isDown = true
    const host = functionInvokeHost(invokeInit())
    const init = () => {
      if (isDown) throw new HksError('GATEWAY_UNREACHABLE', 'No gateway answers.', { hint: 'Start it again.' })
      return invokeInit()
    }
    open = await openPage({ handlers: { ...host.handlers, init }, listeners: {} })
    await open.page.getByText('The page could not be opened: No gateway answers.').waitFor()
    isDown = false
    await button(open.page, 'Retry').click()
    await open.page.getByRole('heading', { name: 'greet' }).waitFor()
  })

  it('says that nobody has called yet', async () => {
    const { page } = await start({ init: { calls: [] } })
    await page.getByText('Nobody has called it yet.').waitFor()
    await page.getByText('Ctrl+Enter invokes from anywhere on this page.').waitFor()
  })

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const)
    it(`has no accessibility fault in ${theme}`, async () => {
      const saved = [{ name: 'sample', payload: { kind: 'json', text: '{}' } }] as const
      const { page, begun } = await start({ theme, init: { saved, olderCalls: 'more' } })
      assert.deepEqual(await accessibilityViolations(page), [])
      await button(page, 'Invoke').click()
      open.emit('call', { call: endedCall(await begun()) })
      await page.getByRole('log').getByText('done').waitFor()
      await payload(page).fill('{"name": Ada}')
      await page.getByText('Line 1, column 10').waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
      await rows(page).last().locator('.row').click()
      await page.getByRole('region', { name: 'What it was sent' }).waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
    })

  it('fits into 300 pixels', async () => {
    const { page, begun } = await start({ width: 300 })
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(await overflow(), 0)
    await button(page, 'Invoke').click()
    open.emit('call', { call: endedCall(await begun()) })
    await answer(page).waitFor()
    assert.equal(await overflow(), 0)
  })
})
