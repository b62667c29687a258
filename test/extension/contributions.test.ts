import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { projectActions } from '../../src/contract/projects.ts'
import {
  commands,
  contextKeys,
  debugType,
  panels,
  settings,
  viewContainer,
  views,
} from '../../src/extension/contributions.ts'
import { deniedWord } from '../../src/extension/model/deniedActions.ts'

const root = resolve(import.meta.dirname, '../..')
const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))

interface Menu {
  readonly command: string
  readonly when?: string
  readonly group?: string
}
interface Manifest {
  readonly activationEvents: string[]
  readonly contributes: {
    readonly commands: { command: string; title: string; category: string; icon?: string }[]
    readonly viewsContainers: { activitybar: { id: string; icon: string }[] }
    readonly views: Record<string, { id: string; icon: string }[]>
    readonly viewsWelcome: { view: string; contents: string; when: string }[]
    readonly menus: Record<string, Menu[]>
    readonly keybindings: Menu[]
    readonly debuggers: { type: string; label: string }[]
    readonly configuration: { properties: Record<string, unknown> }
  }
}

const manifest = readJson('package.json') as Manifest
const nls = readJson('package.nls.json') as Record<string, string>
const { contributes } = manifest
const sorted = (items: Iterable<string>): string[] => [...items].sort()

describe('the manifest', () => {
  it('hides buttons for what can be denied, by the words that rows have', () => {
    const words = Object.values(contributes.menus)
      .flat()
      .flatMap(({ when = '' }) => [...when.matchAll(/;(no-\w+)/g)].map(([, word]) => word!))
    assert.ok(words.includes(deniedWord('triggerCronJob')))
    const known = projectActions.map(deniedWord)
    assert.deepEqual(
      words.filter(word => !known.includes(word)),
      [],
    )
  })

  it('declares exactly the commands of contributions.ts', () => {
    assert.deepEqual(sorted(contributes.commands.map(c => c.command)), sorted(Object.values(commands)))
  })

  it('declares exactly the views of contributions.ts, in its container', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(c => c.id),
      [viewContainer],
    )
    assert.deepEqual(Object.keys(contributes.views), [viewContainer])
    assert.deepEqual(sorted(contributes.views[viewContainer]!.map(v => v.id)), sorted(Object.values(views)))
  })

  it('declares exactly the settings of contributions.ts', () => {
    assert.deepEqual(sorted(Object.keys(contributes.configuration.properties)), sorted(Object.values(settings)))
  })

  it('is woken for each panel that has to be restored, for its debugger, for manifests, and where there are functions', () => {
    const debugging = ['onDebugResolve', 'onDebugDynamicConfigurations'].map(event => `${event}:${debugType}`)
    assert.deepEqual(
      sorted(manifest.activationEvents),
      sorted([
        ...Object.values(panels).map(type => `onWebviewPanel:${type}`),
        ...debugging,
        'workspaceContains:**/function.yaml',
        'onLanguage:yaml',
      ]),
    )
  })

  it('declares exactly the debugger of contributions.ts', () => {
    assert.deepEqual(
      contributes.debuggers.map(({ type }) => type),
      [debugType],
    )
  })

  it('puts only its own commands into menus', () => {
    const known = new Set<string>(Object.values(commands))
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings]
    assert.deepEqual(
      used.filter(item => !known.has(item.command)),
      [],
    )
  })

  it('offers every command in the palette', () => assert.equal(contributes.menus['commandPalette'], undefined))

  it('gives an icon to every command that stands in a row or a title bar', () => {
    const icons = new Map(contributes.commands.map(c => [c.command, c.icon]))
    const places = [...(contributes.menus['view/item/context'] ?? []), ...(contributes.menus['view/title'] ?? [])]
    const bare = places.filter(
      item => /^(inline|navigation)/.test(item.group ?? '') && icons.get(item.command) === undefined,
    )
    assert.deepEqual(bare, [])
  })

  it('keeps what destroys in the last group of a context menu', () => {
    const items = contributes.menus['view/item/context'] ?? []
    const destroys = items.filter(item => /\.(delete|remove|uninstall)[A-Z]/.test(item.command))
    assert.ok(destroys.length > 0)
    assert.deepEqual(
      destroys.filter(item => !item.group?.startsWith('9_danger')),
      [],
    )
  })

  it('reads only context keys that the extension sets', () => {
    const conditions = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.viewsWelcome,
    ].map(i => i.when ?? '')
    const read = conditions.flatMap(when => when.match(/(?<!== )\bhks\.[A-Za-z.]+/g) ?? [])
    const known = new Set<string>(Object.values(contextKeys))
    assert.deepEqual(
      read.filter(key => !known.has(key)),
      [],
    )
  })

  it('links only to commands that are there', () => {
    const known = new Set<string>([...Object.values(commands), 'vscode.openFolder', 'workbench.trust.manage'])
    const linked = Object.values(nls).flatMap(text => [...text.matchAll(/\(command:([\w.]+)\)/g)].map(m => m[1]!))
    assert.ok(linked.length > 0)
    assert.deepEqual(
      linked.filter(command => !known.has(command)),
      [],
    )
  })

  it('has a text for every key, and a key for every text', () => {
    const keys = [...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"%([\w.]+)%"/g)].map(m => m[1]!)
    assert.deepEqual(sorted(new Set(keys)), sorted(Object.keys(nls)))
  })

  it('has no visible text of its own', () => {
    const texts = [
      ...contributes.commands.map(c => c.title),
      ...contributes.viewsWelcome.map(w => w.contents),
      ...contributes.debuggers.map(d => d.label),
      ...Object.values(contributes.views).flatMap(group => group.map(v => (v as unknown as { name: string }).name)),
    ]
    assert.deepEqual(
      texts.filter(text => !/^%[\w.]+%$/.test(text)),
      [],
    )
  })
})
