import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { startVscode, type Vscode } from '../support/vscodeHost.ts'
import { workbench } from '../support/workbench.ts'

describeInVscode('the packaged extension in VS Code', () => {
  let folder: string
  let vscode: Vscode | undefined

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hks-e2e-'))
    await writeFile(join(folder, 'readme.txt'), 'A folder.\n')
    vscode = await startVscode({ folder, vsix: await packagedExtension() })
  })

  after(async () => {
    await vscode?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is installed under the name that people look for', async () => {
    const window = workbench(vscode!.page)
    await window.runCommand('Extensions: Show Installed Extensions')
    const installed = vscode!.page.locator('.extensions-list .extension-list-item .name')
    // VS Code draws the list anew while it completes it.
    await eventually(async () => assert.equal(await installed.filter({ hasText: 'Hexabase HKS' }).count(), 1))
  })
})
