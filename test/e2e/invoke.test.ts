import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/run.ts'
import type { Function } from '../../src/contract/functions.ts'
import type { Invocation } from '../../src/contract/invocations.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

const handler = `
export async function* count(n) {
  for (let i = 1; i <= n; i++) {
    yield { i }
    await new Promise(r => setTimeout(r, 200))
  }
}
export const handler = async (event, context) => {
  console.log('called with ' + JSON.stringify(event))
  if (event?.fail) throw new TypeError('no such order')
  if (event?.count) return count(event.count)
  if (event?.wait) await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
  if (event?.bytes) return context.response(200, { 'Content-Type': 'image/png' }, new Uint8Array(event.bytes))
  return { got: event }
}
`

/** The invoke page on a function that really runs; what came of a call is asked of the gateway, too. */
describeInVscode('the invoke page', function () {
  this.timeout(240_000)
  let home: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-invoke-'))
    const folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    await mkdir(join(folder, 'functions/orders'))
    await writeFile(join(folder, 'functions/orders/function.yaml'), 'name: orders\nruntime: node\n')
    await writeFile(join(folder, 'functions/orders/index.mjs'), handler)
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    await vscode.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
    await run(process.execPath, [join(root, 'dist/hks-func.mjs'), 'deploy'], {
      cwd: join(folder, 'functions/orders'),
      env: { ...process.env, HKS_HOME: vscode.hksHome },
    })
    await window.view('Functions').row('hello-hks').waitFor()
    await window.view('Functions').expand('hello-hks')
    await window.view('Functions').row('orders').waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `invoke-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const orders = async (): Promise<Function> => {
    const client = await gatewayOf(vscode.hksHome)
    const [project] = (await client.call('listProjects')).items
    const { items } = await client.call('listFunctions', { params: { id: project!.id } })
    return items.find(fn => fn.name === 'orders')!
  }
  const calls = async (): Promise<readonly Invocation[]> => {
    const client = await gatewayOf(vscode.hksHome)
    return (await client.call('listInvocations', { params: { id: (await orders()).id } })).items
  }
  const invokePage = async () => {
    const page = await window.webview('Invoke orders')
    const { content } = page
    const button = (name: string | RegExp) => content.getByRole('button', { name, exact: true })
    return {
      ...page,
      button,
      payload: content.getByLabel('Payload as JSON'),
      answer: content.getByRole('region', { name: 'Text of the answer' }),
      log: content.getByRole('log'),
      call: async (payload: string) => {
        await content.getByLabel('Payload as JSON').fill(payload)
        await button('Invoke').click()
      },
    }
  }

  it('calls a function and shows the answer, what is known of the call, and its log', async () => {
    await window.view('Functions').action('orders', 'Invoke Function')
    const { call, answer, log, content, accessibilityViolations } = await invokePage()
    await call('{"order": 1}')
    await answer.getByText('"order": 1').waitFor()
    await log.getByText('called with {"order":1}').waitFor()
    await content.getByRole('list', { name: 'About this call' }).getByText('rev 1').waitFor()
    const [made] = await calls()
    assert.deepEqual([made?.outcome, made?.source, made?.statusCode], ['succeeded', 'invoke', 200])
    assert.deepEqual(await accessibilityViolations(), [])
    await window.screenshot(join(artifacts, 'invoke-answer.png'))
  })

  it('replays it, from the page and from its row in the tree', async () => {
    const { button, payload, answer, content } = await invokePage()
    await payload.fill('{"order": 2}')
    await button(/^Replay the call of/).click()
    await content.locator('.recent li').nth(1).waitFor()
    assert.equal(await payload.inputValue(), '{"order": 1}')
    await answer.getByText('"order": 1').waitFor()
    assert.equal((await calls()).length, 2)
    await window.view('Functions').expand('orders')
    await eventually(async () => {
      const rows = (await window.view('Functions').rows()).filter(row => /^call of/.test(row.spoken))
      assert.equal(rows.length, 2)
    })
    await window.runCommand('Hexabase HKS: Replay Call')
    await vscode.page.locator('.quick-input-list .monaco-list-row').first().click()
    await eventually(async () => assert.equal((await calls()).length, 3))
    assert.ok((await calls()).every(call => call.requestBytes === '{"order": 1}'.length))
  })

  it('shows an answer while it comes, and where a handler throws its message and stack', async () => {
    const { call, answer, content } = await invokePage()
    await call('{"count": 5}')
    await answer.getByText('{"i":1}').waitFor()
    assert.doesNotMatch(await answer.innerText(), /"i":5/)
    await answer.getByText('{"i":5}').waitFor()
    await call('{"fail": true}')
    await content.locator('.notice').getByText('TypeError: no such order').first().waitFor()
    await content.getByRole('region', { name: 'Stack of the exception' }).getByText('index.mjs:10').waitFor()
  })

  it('ends a call with Cancel', async () => {
    const { call, button, content, log } = await invokePage()
    await call('{"wait": true}')
    await log.getByText('called with {"wait":true}').waitFor()
    await content.getByText(/Running 0:0\d/).waitFor()
    await eventually(async () => assert.equal((await calls())[0]?.outcome, 'running'))
    await button('Cancel').click()
    await content.getByText('The call was cancelled.', { exact: true }).waitFor()
    assert.deepEqual([(await calls())[0]?.outcome, (await calls())[0]?.code], ['failed', 'CANCELLED'])
  })

  it('writes bytes to a file', async () => {
    const { call, button, content } = await invokePage()
    await call('{"bytes": 3000}')
    await content.getByText('2.9 KiB of image/png, not text.').waitFor()
    await button('Save the answer to a file').click()
    const ok = vscode.page.locator('.quick-input-widget:not([inert])').getByRole('button', { name: 'OK' })
    await ok.waitFor()
    await eventually(async () => {
      // VS Code's dialog takes nothing while it still looks into the folder.
      if (await ok.isVisible()) await ok.click()
      assert.equal((await readFile(join(home, 'hello-hks/orders-answer.png'))).length, 3000)
    })
    await content.getByText(/^Saved to .*orders-answer\.png\.$/).waitFor()
  })

  it('keeps a payload under a name, gives it another, and deletes it after asking', async () => {
    const { button, payload, content } = await invokePage()
    await payload.fill('{"order": 7}')
    await button('Save this payload').click()
    await window.quickInput.answer(/^Name of the payload/, 'seven')
    await button('Rename seven').click()
    await window.quickInput.answer(/^Name of the payload/, 'lucky')
    await payload.fill('{}')
    await content.getByLabel('Saved payloads').selectOption('lucky')
    assert.equal(await payload.inputValue(), '{"order": 7}')
    await button('Delete lucky').click()
    await window.dialog.press('Delete Payload')
    await button('Save this payload').waitFor()
  })

  it('invokes again at once, also behind another editor, and stays as it was over a reload of the window', async () => {
    const before = (await calls()).length
    await window.runCommand('File: New Untitled Text File')
    await vscode.page.locator('.part.editor .tab.active').filter({ hasText: 'Untitled-1' }).waitFor()
    await window.view('Functions').menu('orders', 'Invoke Again')
    await eventually(async () => assert.equal((await calls()).length, before + 1))
    await (await invokePage()).payload.fill('{"typed": "not sent"}')
    await Promise.all([vscode.page.waitForEvent('load'), window.runCommand('Developer: Reload Window')])
    await vscode.page.locator('.monaco-workbench .part.statusbar').waitFor()
    const { payload, content } = await invokePage()
    await content.getByRole('heading', { name: 'orders' }).waitFor()
    assert.equal(await payload.inputValue(), '{"typed": "not sent"}')
    assert.equal((await calls()).length, before + 1)
  })

  it('says that its function was deleted', async () => {
    const { content, button } = await invokePage()
    const client = await gatewayOf(vscode.hksHome)
    await client.call('deleteFunction', { params: { id: (await orders()).id } })
    await content.getByText('orders was deleted; it cannot be called any more.').waitFor()
    assert.equal(await button('Invoke').count(), 0)
  })
})
