import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { SandboxMount } from './sandbox.ts'

/** What an interpreter may not bring with it. */
export interface InterpreterSurroundings {
  readonly homeFolder: string
  /** Folders that no code may see, such as the gateway's data. */
  readonly hidden: readonly string[]
}

/**
 * The folders of an interpreter outside of what every sandbox sees: `~/.pyenv/versions/3.12.1` for the python in its
 * `bin`. A prefix in which the user has other things (the home folder, `~/.local`, `/opt`) is not shown, only the
 * interpreter itself. For a virtual environment pass the interpreter that it stands on as well.
 */
export function interpreterMounts(program: string, surroundings: InterpreterSurroundings): readonly SandboxMount[] {
  const paths = new Set([resolve(program), realpathSync(program)].flatMap(path => shownWith(path, surroundings)))
  return [...paths].filter(path => !isBeneath(path, '/usr')).map(path => ({ path, access: 'read' }))
}

function shownWith(program: string, surroundings: InterpreterSurroundings): readonly string[] {
  const prefix = dirname(dirname(program))
  if (basename(dirname(program)) === 'bin' && isOwnPrefix(prefix, surroundings)) return [prefix]
  return [program]
}

function isOwnPrefix(prefix: string, { homeFolder, hidden }: InterpreterSurroundings): boolean {
  const shared = ['/', '/opt', homeFolder, join(homeFolder, '.local'), join(homeFolder, '.vscode-server')]
  if (shared.includes(prefix) || isBeneath(homeFolder, prefix)) return false
  if (hidden.some(folder => isBeneath(folder, prefix))) return false
  return ['lib', 'lib64', 'include', 'pyvenv.cfg', 'LICENSE'].some(name => existsSync(join(prefix, name)))
}

const isBeneath = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
