import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { vsixLimit } from '../scripts/packageVsix.ts'
import { reasonAgainstVscodeHost } from '../scripts/vscodeHost/installVscodeHost.ts'
import { packagedExtension } from '../test/support/packagedExtension.ts'
import { temporaryFolder } from '../test/support/temporaryFolder.ts'
import { root, startVscode } from '../test/support/vscodeHost.ts'
import { workbench } from '../test/support/workbench.ts'
import { type BenchRow, medianAndP95, quantile } from './row.ts'

const dist = join(root, 'dist')
const starts = 10
const aimMs = 50
/** Extensions that VS Code brings along and activates in the same start. */
const peers = ['Git', 'Emmet', 'Merge Conflict']
/** It is activated by `onStartupFinished`. */
const lastOfStart = 'Merge Conflict'
/** The start is over when nothing more has been activated for so long, milliseconds. */
const quietMs = 3000

/** The size of what is shipped, and the time that VS Code itself measures for the activation of the extension. */
export async function run(): Promise<BenchRow[]> {
  const vsix = await packagedExtension()
  return [...(await sizes(vsix)), await activation(vsix)]
}

async function sizes(vsix: string): Promise<BenchRow[]> {
  const parts = (await readdir(dist)).filter(file => /^extension.*\.cjs$/.test(file))
  const bundle = await Promise.all(parts.map(part => readFile(join(dist, part))))
  const atStart = await readAtStart('extension.cjs')
  const { size } = await stat(vsix)
  return [
    {
      name: `extension bundle, ${parts.length} parts`,
      ours: `${kB(bytesOf(bundle))}, of which activation reads ${kB(bytesOf([...atStart.values()]))}`,
    },
    { name: 'package (.vsix)', ours: kB(size), aim: `< ${kB(vsixLimit)}`, ok: size < vsixLimit },
  ]
}

/** A part of the bundle with all that it requires as it is loaded. */
async function readAtStart(part: string, seen = new Map<string, Buffer>()): Promise<ReadonlyMap<string, Buffer>> {
  if (seen.has(part)) return seen
  const content = await readFile(join(dist, part))
  seen.set(part, content)
  const required = content.toString().matchAll(/(?<![(>])require\("\.\/([^"]+)"\)/g)
  for (const [, file] of required) await readAtStart(file!, seen)
  return seen
}

const bytesOf = (files: readonly Buffer[]): number => files.reduce((sum, file) => sum + file.length, 0)
const kB = (bytes: number): string => `${Math.round(bytes / 1000).toLocaleString('en')} kB`

/**
 * Each start is a VS Code of its own with the packaged extension. When it has activated what belongs to its own start,
 * our view is opened, which activates the extension. The figure is that of "Developer: Show Running Extensions": the
 * time to load the code and to call `activate`.
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
    await window.runCommand('Developer: Show Running Extensions')
    const rows = vscode.page.locator('.runtime-extensions-editor .monaco-list-row')
    const activated = rows.filter({ hasText: 'Activation' })
    await activated.filter({ hasText: lastOfStart }).waitFor()
    await settled(() => activated.count())
    await window.openContainer('Hexabase HKS')
    await activated.filter({ hasText: 'Hexabase HKS' }).waitFor()
    return new Map((await rows.allInnerTexts()).flatMap(readRow))
  } finally {
    await vscode.stop()
  }
}

/** Waits until a count stays the same. */
async function settled(count: () => Promise<number>): Promise<void> {
  let before = await count()
  for (;;) {
    await delay(quietMs)
    const now = await count()
    if (now === before) return
    before = now
  }
}

/** Name and milliseconds of a row of the editor of running extensions. */
function readRow(text: string): [string, number][] {
  const [extension] = text.split('\n')
  const milliseconds = /Activation: (\d+)ms/.exec(text)?.[1]
  return extension === undefined || milliseconds === undefined ? [] : [[extension, Number(milliseconds)]]
}
