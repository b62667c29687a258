import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endProcessGroup } from '../processGroup.ts'
import { run } from '../run.ts'
import type { VscodeHost } from './installVscodeHost.ts'

/** How a VS Code server is started; every folder is its own. */
export interface ServerOptions {
  readonly host: VscodeHost
  /** Holds user data, server data and extensions; created when missing. */
  readonly home: string
  /** Holds the secret that the address carries; without one anybody on this machine may connect. */
  readonly connectionTokenFile?: string
  /** More arguments of the server, such as `--disable-workspace-trust`. */
  readonly args?: readonly string[]
  /** More environment of the server, which its extension host inherits. An undefined value removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Receives each line that the server writes. */
  readonly log?: (line: string) => void
}

/** A running VS Code server. */
export interface VscodeServer {
  readonly port: number
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>
  /** Ends the server and all it started; resolves when nothing is left. */
  readonly stop: () => Promise<void>
}

/** Settings that keep VS Code quiet: no welcome page, no updates, no telemetry. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
}

/** Writes the user settings of a server that is started with the same `home`. */
export async function writeSettings(home: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = join(home, 'user-data/User')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, null, 2))
}

/** Installs a packaged extension into the server's own extensions folder. */
export async function installExtension(
  { host, home }: Pick<ServerOptions, 'host' | 'home'>,
  vsix: string,
): Promise<void> {
  const args = [join(host.server, 'out/server-main.js'), ...folders(home), '--install-extension', vsix, '--force']
  await run(host.node, args, { env: environment({}) })
}

/** Starts the VS Code server inside code-server on a free loopback port; resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<VscodeServer> {
  const { host, connectionTokenFile: file, args = [], env = {}, log = () => undefined } = options
  const access = file === undefined ? ['--without-connection-token'] : ['--connection-token-file', file]
  const listen = ['--host', '127.0.0.1', '--port', '0', '--accept-server-license-terms', '--telemetry-level', 'off']
  const child = spawn(
    host.node,
    [join(host.server, 'out/server-main.js'), ...listen, ...access, ...folders(options.home), ...args],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) },
  )
  const ended = once(child, 'exit').then(() => undefined)
  createInterface(child.stderr).on('line', log)
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on('line', line => {
      log(line)
      const listening = /Extension host agent listening on (\d+)/.exec(line)
      if (listening) resolve(Number(listening[1]))
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`The VS Code server ended with code ${code} before it listened.`)))
  })
  return { port, ended, stop: () => endProcessGroup(child) }
}

function folders(home: string): string[] {
  return [
    ...['--server-data-dir', join(home, 'server-data')],
    ...['--user-data-dir', join(home, 'user-data')],
    ...['--extensions-dir', join(home, 'extensions')],
  ]
}

/** Ours without what an outer VS Code says about itself. */
function environment(more: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const own = Object.entries({ ...process.env, ...more }).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name))
  return Object.fromEntries(own)
}
