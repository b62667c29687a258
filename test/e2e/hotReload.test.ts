import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/run.ts'
import type { Function } from '../../src/contract/functions.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

const answering = (value: string) => `export const handler = () => '${value}'\n`
const broken = `const fine = 1\nexport const = '${'broken'}'\n`

/** A function in the editor, from the first save to the last; its answers are asked of the gateway. */
describeInVscode('hot reload', function () {
  this.timeout(240_000)
  this.bail(true)
  let home: string
  let folder: string
  let source: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-hot-reload-'))
    folder = join(home, 'hello-hks')
    source = join(folder, 'functions/shout/index.mjs')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    await mkdir(join(folder, 'single'))
    await writeFile(join(folder, 'single/alone.mjs'), answering('alone'))
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('Functions').welcome.getByText('Deploy a Function').waitFor()
    await deploy('functions/shout')
    await window.view('Functions').row('shout').waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `hotReload-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const deploy = (path: string) =>
    run(process.execPath, [join(root, 'dist/hks-func.mjs'), 'deploy', path], {
      cwd: folder,
      env: { ...process.env, HKS_HOME: vscode.hksHome },
    })
  const functionNamed = async (name: string): Promise<Function> => {
    const client = await gatewayOf(vscode.hksHome)
    const [project] = (await client.call('listProjects')).items
    const { items } = await client.call('listFunctions', { params: { id: project!.id } })
    return items.find(fn => fn.name === name) ?? assert.fail(`${name} is not deployed`)
  }
  const answerOf = async (name: string): Promise<string> => {
    const client = await gatewayOf(vscode.hksHome)
    const { body } = await client.invoke((await functionNamed(name)).id, new Uint8Array())
    return Buffer.from(body).toString()
  }
  const answers = (name: string, value: string) =>
    eventually(async () => assert.equal(await answerOf(name), JSON.stringify(value)))
  const rowOf = async (label: string) => (await window.view('Functions').rows()).find(row => row.label === label)
  const tab = (file: string) => vscode.page.locator(`.part.editor .tab[data-resource-name="${file}"]`)
  const open = async (file: string): Promise<void> => {
    await vscode.page.keyboard.press('Control+P')
    await vscode.page.locator('.quick-input-widget input').first().fill(file)
    await window.quickInput.pick(file)
    await tab(file).waitFor()
  }
  /** Writes the text into the editor in front, as a person does, and saves it. */
  const save = async (file: string, text: string): Promise<void> => {
    await tab(file).click()
    await vscode.page.locator('.part.editor .active .monaco-editor .view-lines').first().click()
    await vscode.page.keyboard.press('Control+A')
    await vscode.page.keyboard.insertText(text)
    await vscode.page.keyboard.press('Control+S')
  }
  const squiggles = () => vscode.page.locator('.monaco-editor .squiggly-error')
  const status = (text: RegExp) => window.statusBarItem('').filter({ hasText: text })

  it('is started from a row, which says so, and finds the folder by its function.yaml', async () => {
    await window.view('Functions').menu('shout', 'Start Hot Reload')
    await eventually(async () => assert.match((await rowOf('shout'))?.description ?? '', /^node · .*hot reload/))
    await eventually(async () => assert.equal((await functionNamed('shout')).revision, 2))
    assert.match((await rowOf('shout'))?.spoken ?? '', /hot reload/)
  })

  it('serves a save by the next call, and says so in the status bar', async () => {
    await open('index.mjs')
    await save('index.mjs', answering('saved'))
    await answers('shout', 'saved')
    await status(/Reloaded shout in \d+ ms/).waitFor()
  })

  it('marks the line that does not parse while the old code goes on, and takes the mark away when it is mended', async () => {
    await save('index.mjs', broken)
    await squiggles().first().waitFor({ state: 'attached' })
    await status(/shout is not reloaded: index\.mjs:2 has an error/).waitFor()
    await eventually(async () => assert.match((await rowOf('shout'))?.spoken ?? '', /index\.mjs:2 has an error/))
    await window.runCommand('Problems: Focus on Problems View')
    const problem = vscode.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'Unexpected token' })
    assert.match(await problem.innerText(), /\[Ln 2, Col 14\]/)
    await window.screenshot(join(artifacts, 'hotReload-problem.png'))
    assert.equal(await answerOf('shout'), '"saved"')
    await save('index.mjs', answering('mended'))
    await squiggles().first().waitFor({ state: 'detached' })
    await answers('shout', 'mended')
    // Nothing of ours pops up while somebody types; VS Code's own services may.
    assert.doesNotMatch((await window.notifications.all()).join('\n'), /shout|index\.mjs:|has an error/)
    await window.notifications.clear()
  })

  it('takes what another program saves, and goes on when the gateway was restarted', async () => {
    await writeFile(source, answering('outside'))
    await answers('shout', 'outside')
    await window.runCommand('Hexabase HKS: Restart Gateway')
    await window.statusBarItem('HKS: local').waitFor()
    await writeFile(source, answering('restarted'))
    await answers('shout', 'restarted')
  })

  it('is on again when the window is loaded anew, and deploys nothing before the next save', async () => {
    const { revision } = await functionNamed('shout')
    await vscode.page.reload()
    await window.openContainer('Hexabase HKS')
    await eventually(async () => assert.match((await rowOf('shout'))?.description ?? '', /hot reload/))
    assert.equal((await functionNamed('shout')).revision, revision)
    await writeFile(source, answering('again'))
    await answers('shout', 'again')
  })

  it('of a function that was deployed from one file follows that file', async () => {
    await open('alone.mjs')
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.answer(/^Name of the function/, 'other-name')
    await window.notifications.waitFor(/other-name is deployed as revision 1/)
    await window.notifications.clear()
    await window.view('Functions').menu('other-name', 'Start Hot Reload')
    await eventually(async () => assert.match((await rowOf('other-name'))?.description ?? '', /hot reload/))
    await save('alone.mjs', answering('together'))
    await answers('other-name', 'together')
  })

  it('is stopped from the row, and with its function', async () => {
    await window.view('Functions').menu('other-name', 'Stop Hot Reload')
    await eventually(async () => assert.doesNotMatch((await rowOf('other-name'))?.description ?? 'hot reload', /hot/))
    const client = await gatewayOf(vscode.hksHome)
    await client.call('deleteFunction', { params: { id: (await functionNamed('shout')).id } })
    await window.view('Functions').row('shout').waitFor({ state: 'detached' })
    await deploy('functions/shout')
    await window.view('Functions').row('shout').waitFor()
    assert.doesNotMatch((await rowOf('shout'))?.description ?? '', /hot reload/)
    assert.equal(await readFile(source, 'utf8'), answering('again'))
  })
})
