import { readdir, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import { isExecutable } from '../../../platform/isExecutable.ts'
import { probeInterpreter, type ProbedInterpreter, sayWhat } from './probeInterpreter.ts'

/** Interpreters of versions that are not the user's usual one. */
export interface OtherInterpreters {
  /** Those that are there now and work, in no order. One that was asked what it is is not asked again. */
  find(runtime: Runtime): Promise<readonly ProbedInterpreter[]>
}

/** Where managers of versions keep them: a folder of versions, and the program in each. */
const managed: Readonly<Record<'node' | 'python', readonly (readonly [string, string])[]>> = {
  node: [
    ['~/.nvm/versions/node', 'bin/node'],
    ['~/.local/share/fnm/node-versions', 'installation/bin/node'],
    ['~/Library/Application Support/fnm/node-versions', 'installation/bin/node'],
    ['~/.volta/tools/image/node', 'bin/node'],
    ['~/.asdf/installs/nodejs', 'bin/node'],
    ['~/.local/share/mise/installs/node', 'bin/node'],
    ['/usr/local/n/versions/node', 'bin/node'],
  ],
  python: [
    ['~/.pyenv/versions', 'bin/python3'],
    ['~/.local/share/uv/python', 'bin/python3'],
    ['~/.asdf/installs/python', 'bin/python3'],
    ['~/.local/share/mise/installs/python', 'bin/python3'],
  ],
}
const names = { node: /^node(?:-?\d+)?$/, python: /^python3(?:\.\d+)?$/ } as const
/** More than these nobody has on purpose. */
const most = 40

/** Looks on the PATH, and where managers of versions keep theirs. */
export function createOtherInterpreters(
  environment: () => Promise<Readonly<Record<string, string>>>,
): OtherInterpreters {
  const probed = new Map<string, Promise<ProbedInterpreter | undefined>>()
  return {
    find: async runtime => {
      // Go is a compiler: which one is needed is said by the go.mod.
      if (runtime === 'go') return []
      const clean = await environment()
      const there = await Promise.all(
        (await programsOf(runtime, clean)).map(async path => [path, await realPath(path)]),
      )
      const different = new Map(there.map(([path = '', real = '']) => [real, path]))
      const found = await Promise.all(
        [...different.values()].slice(0, most).map(path => {
          const known = probed.get(path)
          if (known) return known
          const probing = probeInterpreter(path, sayWhat[runtime], clean)
          probed.set(path, probing)
          void probing.then(answer => answer ?? probed.delete(path))
          return probing
        }),
      )
      const working = found.flatMap(one => one ?? [])
      return [...new Map(working.map(one => [one.version, one])).values()]
    },
  }
}

/** Programs that may be interpreters; shims, which stand for whatever is chosen elsewhere, are not among them. */
async function programsOf(
  runtime: 'node' | 'python',
  { PATH: path = '', HOME: home }: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const folders = path.split(delimiter).filter(folder => folder !== '' && !folder.endsWith('/shims'))
  const onPath = folders.map(async folder =>
    (await entriesOf(folder)).filter(name => names[runtime].test(name)).map(name => join(folder, name)),
  )
  const places = managed[runtime].filter(([folder]) => home !== undefined || !folder.startsWith('~/'))
  const inPlaces = places.map(async ([folder, program]) => {
    const root = folder.replace(/^~/, home ?? '')
    return (await entriesOf(root)).map(version => join(root, version, program))
  })
  return (await Promise.all([...onPath, ...inPlaces])).flat().filter(isExecutable)
}

const realPath = (path: string): Promise<string> => realpath(path).catch(() => path)

/** None of what is no folder, or not to be read. */
const entriesOf = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => [])
