import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { plain } from '../support/workbench/text.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

const several = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: first
spec:
  schedule: "0 25 * * *"
  timeZone: Europe/Berln
  concurrencyPolicy: forbid
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: first
              image: busybox
              command: ["true"]
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: second
spec:
  schedule: "@every 90m"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: second
              image: busybox
              command: ["echo", "hello from the second"]
`

/** Names of themes, with the class by which the workbench tells their kind. */
const themes = [
  ['Default Dark Modern', 'vs-dark'],
  ['Default Light Modern', 'vs'],
  ['Default High Contrast', 'hc-black'],
  ['Default High Contrast Light', 'hc-light'],
] as const

/** What the editor shows of manifests and `function.yaml`, as a person sees it; what it did is asked of the gateway. */
describeInVscode('manifests in the editor', function () {
  this.timeout(240_000)
  let home: string
  let folder: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-manifests-'))
    folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    await writeFile(join(folder, 'cronjobs/several.yaml'), several)
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    window = workbench(vscode.page)
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `manifests-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const page = () => vscode.page
  const tab = (file: string) => page().locator(`.part.editor .tab[data-resource-name="${file}"]`).first()
  const open = async (path: string): Promise<void> => {
    const name = basename(path)
    await window.quickInput.inPalette(path, palette => palette.pick(name))
    await tab(name).waitFor()
  }
  const editor = () => page().locator('.part.editor .editor-instance .monaco-editor').first()
  /** A line of lenses is drawn in parts, one for each. */
  const lenses = async (): Promise<string[]> =>
    (await editor().locator('.codelens-decoration').allInnerTexts())
      .map(text => plain(text).replaceAll(/\s+/g, ' ').trim())
      .filter(Boolean)
  const lens = (title: string) => editor().locator('.codelens-decoration a').filter({ hasText: title })
  const line = (text: string) => editor().locator('.view-line').filter({ hasText: text })
  const job = async (name: string): Promise<CronJob | undefined> =>
    (await (await gatewayOf(vscode.hksHome)).call('listCronJobs')).items.find(each => each.name === name)
  /** The texts of the Problems view, which VS Code shows as `message, source, code`. */
  const problems = async (): Promise<string[]> =>
    (await page().locator('.markers-panel .monaco-list-row .marker-message-line').allInnerTexts()).map(plain)
  /** In the settings of the folder: those of the user are not read again in a browser. */
  const setting = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    await mkdir(join(folder, '.vscode'), { recursive: true })
    await writeFile(join(folder, '.vscode/settings.json'), JSON.stringify(values))
  }
  /** The hover of the editor that says something. */
  const card = (text: string) => page().locator('.monaco-hover:visible').filter({ hasText: text }).first()

  /** Takes a quick fix of a line; a list that was opened while the text was judged is opened again. */
  const mend = (at: string, title: string): Promise<void> =>
    eventually(async () => {
      await line(at).click()
      await page().keyboard.press('End')
      await page().keyboard.press('Control+.')
      const offered = page().locator('.action-widget .monaco-list-row').filter({ hasText: title })
      await offered.click({ timeout: 5_000 }).catch(async (error: unknown) => {
        await page().keyboard.press('Escape')
        throw error
      })
    })

  it('say above a CronJob when it runs, without starting the gateway', async () => {
    await open('nightly-report.yaml')
    await eventually(async () => {
      const shown = (await lenses()).join(' | ')
      assert.match(shown, /At 02:30 every day · next .*Berlin \(in .*\)/)
      assert.match(shown, /Add to Project.*Run Locally.*Compare/)
    })
  })

  it('explain a schedule where the mouse rests on it', async () => {
    await line('schedule:').locator('span').last().hover()
    const explained = card('At 02:30 every day, Europe/Berlin time')
    await explained.waitFor()
    assert.match(plain(await explained.innerText()), /Next runs/)
    // Told once, by what is underlined here.
    assert.equal((await explained.innerText()).match(/02:30 does not exist/g)?.length, 1)
    await window.screenshot(join(artifacts, 'manifests-hover.png'))
    await page().keyboard.press('Escape')
  })

  it('bring a CronJob in, run it and follow its log', async () => {
    await lens('Run Locally').click()
    await eventually(async () => assert.equal((await job('nightly-report'))?.recentExecutions[0]?.trigger, 'manual'))
    await window.output.waitFor(/report finished/)
    await eventually(async () => assert.match((await lenses()).join(' | '), /Apply.*Run Locally.*Compare/))
  })

  it('open the schedule editor from the sentence, once the project has the CronJob', async () => {
    await lens('At 02:30').click()
    await eventually(async () =>
      assert.ok((await window.tabs()).some(title => title.includes('nightly-report') && !title.endsWith('.yaml'))),
    )
    await tab('nightly-report.yaml').click()
  })

  it('compare a file with what the gateway has, and follow both', async () => {
    const client = await gatewayOf(vscode.hksHome)
    const { id } = (await job('nightly-report'))!
    await client.call('updateSchedule', { params: { id }, body: { schedule: '15 4 * * *' } })
    await lens('Compare').click()
    const diff = page().locator('.monaco-diff-editor')
    await eventually(async () => {
      const [gone, come] = await Promise.all(
        ['.line-delete', '.line-insert'].map(kind => diff.locator(`.view-overlays ${kind}`).count()),
      )
      assert.deepEqual(
        [gone, come].map(count => count! > 0),
        [true, true],
      )
      assert.match(plain(await diff.locator('.editor.original').innerText()), /15 4 \* \* \*/)
      assert.match(plain(await diff.locator('.editor.modified').innerText()), /30 2 \* \* \*/)
    })
    await window.screenshot(join(artifacts, 'manifests-compare.png'))
    await client.call('updateSchedule', { params: { id }, body: { schedule: '30 2 * * *' } })
    await eventually(async () => assert.equal(await diff.locator('.view-overlays .line-delete').count(), 0))
    await window.runCommand('View: Close Editor')
  })

  it('underline what would be refused, document by document', async () => {
    await open('several.yaml')
    await window.runCommand('Problems: Focus on Problems View')
    await eventually(async () => {
      const told = (await problems()).join('\n')
      assert.match(told, /hour: 25 is above 23/)
      assert.match(told, /unknown time zone Europe\/Berln; did you mean Europe\/Berlin\?/)
      assert.match(told, /concurrencyPolicy: must be one of Allow, Forbid, Replace/)
    })
    await eventually(async () => {
      const shown = (await lenses()).join(' | ')
      assert.match(shown, /Not a schedule: hour: 25 is above 23/)
      assert.match(shown, /Every 1 h 30 min/)
    })
  })

  it('mend a typing error', async () => {
    await mend('Europe/Berln', 'Change to Europe/Berlin')
    await eventually(async () => {
      assert.match(await window.editorText(), /timeZone: Europe\/Berlin\n/)
      assert.doesNotMatch((await problems()).join('\n'), /unknown time zone/)
    })
  })

  it('add one CronJob of several', async () => {
    await mend('forbid', 'Change to Forbid')
    await line('0 25').dblclick()
    await lens('Add to Project').last().click()
    await eventually(async () => assert.equal((await job('second'))?.schedule, '@every 90m'))
    assert.equal(await job('first'), undefined)
    await window.notifications.clear()
  })

  it('forget the problems of a file that is closed', async () => {
    await tab('several.yaml').click()
    await window.runCommand('View: Close Editor')
    await eventually(async () => assert.doesNotMatch((await problems()).join('\n'), /hour: 25/))
  })

  it('deploy and call a function from above its function.yaml', async () => {
    await open('greet/function.yaml')
    await eventually(async () => assert.match((await lenses()).join(' | '), /Deploy.*Invoke.*Debug/))
    await lens('Invoke').click()
    await window.notifications.press(/greet is not deployed yet/, 'Deploy')
    await window.notifications.waitFor(/greet is deployed as revision 1/)
    await window.notifications.clear()
    await lens('Invoke').click()
    await eventually(async () => assert.ok((await window.tabs()).some(title => title.includes('greet'))))
  })

  it('show no lines above when the setting is off', async () => {
    await tab('nightly-report.yaml').click()
    await eventually(async () => assert.notDeepEqual(await lenses(), []))
    await setting({ 'hks.codeLens': false })
    await eventually(async () => assert.deepEqual(await lenses(), []))
    await setting({})
    await eventually(async () => assert.notDeepEqual(await lenses(), []))
  })

  it('can be read in every theme and in a narrow window', async () => {
    await window.runCommand('Problems: Focus on Problems View')
    await tab('nightly-report.yaml').click()
    const look = async (): Promise<void> => {
      await page().mouse.move(0, 0)
      await line('schedule:')
        .locator('span')
        .filter({ hasText: /^\s*schedule$/ })
        .last()
        .hover()
      await card('Next runs').waitFor()
    }
    for (const [theme, kind] of themes) {
      await setting({ 'workbench.colorTheme': theme })
      await page().locator(`.monaco-workbench.${kind}`).waitFor()
      await look()
      await window.screenshot(join(artifacts, `manifests-${kind}.png`))
    }
    await page().setViewportSize({ width: 560, height: 800 })
    await look()
    await window.screenshot(join(artifacts, 'manifests-narrow.png'))
  })
})
