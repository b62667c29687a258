import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { vsixLimit } from '../scripts/packageVsix.ts'
import { reasonAgainstVscodeHost } from '../scripts/vscodeHost/installVscodeHost.ts'
import { packagedExtension } from '../test/support/packagedExtension.ts'
import { temporaryFolder } from '../test/support/temporaryFolder.ts'
import { root, startVscode } from '../test/support/vscodeHost.ts'
import { workbench } from '../test/support/workbench.ts'
import { type BenchRow, medianAndP95, quantile } from './row.ts'

const starts = 10
const aimMs = 50
/** Extensions that VS Code brings along; it activates them in the same start. */
const peers = ['Git', 'Emmet', 'GitHub Authentication']

/** The size of what is shipped, and the time that VS Code itself measures for the activation of the extension. */
export async function run(): Promise<BenchRow[]> {
  const vsix = await packagedExtension()
  return [...(await sizes(vsix)), await activation(vsix)]
}

async function sizes(vsix: string): Promise<BenchRow[]> {
  const bundle = await readFile(join(root, 'dist/extension.cjs'))
  const { size } = await stat(vsix)
  return [
    { name: 'extension bundle', ours: `${kB(bundle.length)}, gzipped ${kB(gzipSync(bundle).length)}` },
    { name: 'package (.vsix)', ours: kB(size), aim: `< ${kB(vsixLimit)}`, ok: size < vsixLimit },
  ]
}

const kB = (bytes: number): string => `${Math.round(bytes / 1000).toLocaleString('en')} kB`

/**
 * Each start is a VS Code of its own with the packaged extension, whose view is opened: that activates it. The figure
 * is the one of "Developer: Show Running Extensions", loading the code and the call of `activate` together.
 */
async function activation(vsix: string): Promise<BenchRow> {
  const name = `activation by VS Code's own account, ${starts} starts`
  const reason = reasonAgainstVscodeHost()
  if (reason !== undefined) return { name, ours: `not measured: ${reason}` }
  const times = new Map<string, number[]>()
  for (let start = 0; start < starts; start++) {
    for (const [extension, milliseconds] of await activationTimes(vsix))
      times.set(extension, [...(times.get(extension) ?? []), milliseconds])
  }
  const ours = times.get('Hexabase HKS') ?? []
  const others = peers.flatMap(peer => {
    const found = times.get(peer)
    return found === undefined ? [] : `${peer}: ${medianAndP95(found)}`
  })
  const median = quantile(ours, 0.5)
  return {
    name,
    ours: medianAndP95(ours),
    peer: others.join('; '),
    aim: `median < ${aimMs} ms`,
    ok: ours.length === starts && median < aimMs,
  }
}

async function activationTimes(vsix: string): Promise<ReadonlyMap<string, number>> {
  using folder = temporaryFolder()
  const vscode = await startVscode({ folder: folder.path, vsix })
  try {
    const window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
    await window.runCommand('Developer: Show Running Extensions')
    const rows = vscode.page.locator('.runtime-extensions-editor .monaco-list-row')
    await rows.filter({ hasText: 'Hexabase HKS' }).filter({ hasText: 'Activation' }).first().waitFor()
    return new Map((await rows.allInnerTexts()).flatMap(readRow))
  } finally {
    await vscode.stop()
  }
}

/** Name and milliseconds of a row of the editor of running extensions. */
function readRow(text: string): [string, number][] {
  const [extension] = text.split('\n')
  const milliseconds = /Activation: (\d+)ms/.exec(text)?.[1]
  return extension === undefined || milliseconds === undefined ? [] : [[extension, Number(milliseconds)]]
}
