import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

/** Functions under the debugger, as a developer has them: by keys, in the editor. */
describeInVscode('debugging by keys', function () {
  this.timeout(240_000)
  let home: string
  let folder: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-debug-'))
    folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    await mkdir(join(folder, 'functions/gopher'))
    await writeFile(join(folder, 'functions/gopher/function.yaml'), 'name: gopher\nruntime: go\n')
    await writeFile(join(folder, 'functions/gopher/handle.go'), 'package function\n')
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    window = workbench(vscode.page)
    // The extension has begun: from now on it knows files of functions.
    await window.statusBarItem(/HKS/).waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `debug-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const open = async (file: string): Promise<void> => {
    const { page } = vscode
    await page.keyboard.press('Control+P')
    await page.locator('.quick-input-widget input').first().fill(file)
    await window.quickInput.pick(file)
    await page.locator(`.part.editor .tab.active[data-resource-name="${file}"]`).waitFor()
    await page.locator('.part.editor .active .view-line').first().click()
  }
  /** The key is VS Code's own until the extension has looked at the file in front: it is pressed until it has its effect. */
  const pressF5 = (effect: () => Promise<unknown>): Promise<unknown> =>
    eventually(async () => {
      const picker = vscode.page.getByPlaceholder('Select debugger')
      if (await picker.isVisible()) {
        await vscode.page.keyboard.press('Escape')
        await picker.waitFor({ state: 'hidden' })
      }
      await vscode.page.locator('.part.editor .active .view-line').first().click()
      await vscode.page.keyboard.press('F5')
      await effect()
    }, 90_000)
  const message = (text: RegExp) => () => window.notifications.waitFor(text)
  const stopMark = () => vscode.page.locator('.part.editor .codicon-debug-stackframe')
  const toolbar = () => vscode.page.locator('.debug-toolbar')
  const idOf = async (client: GatewayClient, name: string): Promise<string> => {
    const [project] = (await client.call('listProjects')).items
    const { items } = await client.call('listFunctions', { params: { id: project!.id } })
    return items.find(fn => fn.name === name)!.id
  }
  const call = async (name: string): Promise<unknown> => {
    const client = await gatewayOf(vscode.hksHome)
    const { body } = await client.invoke(await idOf(client, name), Buffer.from('{"text":"hi"}'), {
      contentType: 'application/json',
    })
    return JSON.parse(Buffer.from(body).toString())
  }
  const log = async (name: string): Promise<readonly string[]> => {
    const client = await gatewayOf(vscode.hksHome)
    const { items } = await client.call('getFunctionLogs', { params: { id: await idOf(client, name) } })
    return items.map(({ text }) => text)
  }
  /** The debug session is on: the function's code was loaded under it. */
  const loaded = (times: number) =>
    eventually(async () => {
      assert.equal((await log('shout')).filter(text => text.startsWith('Debugging begins')).length, times)
      await toolbar().waitFor({ timeout: 1000 })
    })

  it('begins with F5 in the function, stops at a breakpoint, and goes on', async () => {
    const { page } = vscode
    await open('index.mjs')
    await page.locator('.view-line', { hasText: 'return' }).last().click()
    await page.keyboard.press('F9')
    await page.locator('.part.editor .codicon-debug-breakpoint').first().waitFor()
    await pressF5(() => toolbar().waitFor({ timeout: 10_000 }))
    await loaded(1)
    const answer = call('shout')
    await stopMark().waitFor()
    await window.screenshot(join(artifacts, 'debug-stopped.png'))
    await page.keyboard.press('F5')
    assert.deepEqual(await answer, { text: 'HI!' })
    const console = page.locator('.part.panel .repl')
    await console.getByText('Calls of shout go to this process until the session ends.').waitFor()
  })

  it('loads what was changed when it is restarted', async () => {
    const { page } = vscode
    const file = join(folder, 'functions/shout/index.mjs')
    await page.locator('.view-line', { hasText: 'return' }).last().click()
    await page.keyboard.press('F9')
    await writeFile(file, (await readFile(file, 'utf8')).replace('}!`', '}?`'))
    await page.keyboard.press('Control+Shift+F5')
    await loaded(2)
    assert.deepEqual(await call('shout'), { text: 'HI?' })
  })

  it('ends with Shift+F5, and calls go to what is deployed', async () => {
    await vscode.page.keyboard.press('Shift+F5')
    await toolbar().waitFor({ state: 'hidden' })
    await eventually(async () => assert.deepEqual(await call('shout'), { text: 'HI!' }))
    assert.equal((await log('shout')).at(-1), 'shouting 2 characters')
  })

  it('names file and line of code that can not be loaded', async () => {
    const file = join(folder, 'functions/shout/index.mjs')
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text}\nthrow new RangeError('at load')\n`)
    await open('index.mjs')
    await pressF5(message(/can not be debugged: index\.mjs, line \d+: RangeError: at load/))
    await toolbar().waitFor({ state: 'hidden' })
    await window.screenshot(join(artifacts, 'debug-failed.png'))
    await window.notifications.clear()
    await writeFile(file, text)
  })

  it('says what Python needs, and offers to install it', async () => {
    await open('main.py')
    await pressF5(message(/extension "Python Debugger" \(ms-python\.debugpy\) is needed/))
    await vscode.page.getByRole('button', { name: 'Install', exact: true }).first().waitFor()
    await window.notifications.clear()
  })

  it('says that Go can not be debugged, and what to do', async () => {
    await open('handle.go')
    await pressF5(message(/gopher is in Go, which can not be debugged here yet\..*Go test/))
    await window.notifications.clear()
  })
})
