import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** The files of a folder that say what does not belong to a source. */
export const ignoreFiles: readonly string[] = ['.gitignore', '.hksignore']

/** What editors keep beside a file while it is open or being written: Vim, Emacs, the IDEs of JetBrains, Kate. */
const ofEditors = ['.*.sw[a-p]', '*~', '4913', '.#*', '\\#*#', '*___jb_tmp___', '*___jb_old___', '*.kate-swp']

/** Files that do not belong to a source unless an ignore file takes them back. */
const always = ['.git/', ...ignoreFiles, '__pycache__/', '*.pyc', '.DS_Store', '.venv/', ...ofEditors]
/** With one of these the packages are installed on deploy; those of this machine stay here. */
const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json']

/** Which paths of a source are left out. Paths are relative to the source's folder; a folder's ends in `/`. */
export interface IgnoreRules {
  ignores(path: string): boolean
  /** The rules inside a folder, with those of its own ignore files added. */
  enter(folder: string): Promise<IgnoreRules>
}

interface Level {
  /** Prefix of the level's folder as seen from the source's folder; negative when it lies above. */
  readonly base: string
  readonly rules: Ignore
}

/** Reads the rules for a source's folder: its own, and those of the folders above it inside the same git repository. */
export async function readIgnoreRules(folder: string): Promise<IgnoreRules> {
  const above = await repositoryFoldersAbove(folder)
  const isLocked = (await Promise.all(lockFiles.map(name => exists(join(folder, name))))).includes(true)
  const never = isLocked ? [...always, 'node_modules/'] : always
  const levels: Level[] = [{ base: '', rules: ignore().add(never) }]
  for (const outer of above) {
    const rules = await readRules(outer, ['.gitignore'])
    if (rules !== undefined) levels.push({ base: `^${relative(outer, folder).split(sep).join('/')}/`, rules })
  }
  const own = await readRules(folder, ignoreFiles)
  if (own !== undefined) levels.push({ base: '', rules: own })
  return withLevels(folder, levels)
}

function withLevels(root: string, levels: readonly Level[]): IgnoreRules {
  return {
    ignores: path => {
      let ignored = false
      for (const { base, rules } of levels) {
        const result = rules.test(seenFrom(base, path))
        if (result.ignored) ignored = true
        else if (result.unignored && rules !== levels[0]?.rules) ignored = false
      }
      return ignored
    },
    enter: async folder => {
      const rules = await readRules(join(root, folder), ignoreFiles)
      return withLevels(root, rules === undefined ? levels : [...levels, { base: `${folder}/`, rules }])
    },
  }
}

const seenFrom = (base: string, path: string): string =>
  base.startsWith('^') ? base.slice(1) + path : path.slice(base.length)

/** Folders from the repository's root down to the one above `folder`; none when it is a root or in no repository. */
async function repositoryFoldersAbove(folder: string): Promise<string[]> {
  const above: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    if (at !== folder) above.unshift(at)
    if (await exists(join(at, '.git'))) return above
    if (dirname(at) === at) return []
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return false
      throw error
    },
  )

async function readRules(folder: string, names: readonly string[]): Promise<Ignore | undefined> {
  const texts = await Promise.all(names.map(name => readIfThere(join(folder, name))))
  const present = texts.filter(text => text !== undefined)
  return present.length === 0 ? undefined : present.reduce((rules, text) => rules.add(text), ignore())
}

const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
