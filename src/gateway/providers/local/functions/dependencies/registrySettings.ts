import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../../../platform/ifThere.ts'

const npmNames = /^(?:registry|@[^:\s]+:registry|proxy|https-proxy|noproxy|strict-ssl)$/

/**
 * What an installer gets of the user's own .npmrc: which registry to use and how to reach it, never who the user is. Code of
 * packages may read it.
 */
export async function npmSettings(homeFolder: string | undefined): Promise<string> {
  const text = homeFolder === undefined ? undefined : await ifThere(readFile(join(homeFolder, '.npmrc'), 'utf8'))
  return linesOf(text)
    .filter(([name, value]) => npmNames.test(name) && !holdsLogin(value))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const pipNames = /^(?:index-url|extra-index-url|trusted-host|proxy)$/
/** Where pip looks, the last word last. */
const pipFiles = ['.pip/pip.conf', '.config/pip/pip.conf', 'Library/Application Support/pip/pip.conf']

/** The same for pip, as options, of the settings of the machine and the user. */
export async function pipIndexes(homeFolder: string | undefined): Promise<readonly string[]> {
  const files = ['/etc/pip.conf', ...(homeFolder === undefined ? [] : pipFiles.map(name => join(homeFolder, name)))]
  const settings = new Map<string, string>()
  for (const file of files) {
    for (const [name, value] of linesOf(await ifThere(readFile(file, 'utf8')))) {
      if (pipNames.test(name) && !holdsLogin(value)) settings.set(name, value)
    }
  }
  return [...settings].flatMap(([name, values]) => values.split(/\s+/).map(value => `--${name}=${value}`))
}

function linesOf(text = ''): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap(line => {
    const [, name, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
}

/** `https://user:password@host`, or a variable whose value nobody here knows. */
const holdsLogin = (value: string): boolean => /\/\/[^/\s]*@|\$\{/.test(value)
