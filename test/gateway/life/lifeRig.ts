import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { version } from '../../../src/base/version.ts'
import { type EnsureOptions, ensureGateway, type RunningGateway } from '../../../src/client/ensureGateway.ts'
import { stopGateway } from '../../../src/client/stopGateway.ts'
import { startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const src = resolve(import.meta.dirname, '../../../src')

/** The gateway's program, of the version that this source has. */
export const gatewayProgram = join(src, 'gateway/main.ts')

/** A data folder whose gateway is stopped at the end. */
export function temporaryHome() {
  const folder = temporaryFolder()
  const home = join(folder.path, 'home')
  return {
    path: folder.path,
    home,
    /** As a client of this version would. */
    ensure: (options: Partial<EnsureOptions> = {}): Promise<RunningGateway> =>
      ensureGateway({ home, gatewayProgram, version, execPath: process.execPath, env: process.env, ...options }),
    async [Symbol.asyncDispose]() {
      await stopGateway({ home, graceSeconds: 0 })
      folder[Symbol.dispose]()
    },
  }
}

/** Builds the gateway as it would be with another version. */
export async function buildGateway(folder: string, otherVersion: string): Promise<string> {
  const outfile = join(folder, `gateway-${otherVersion}.mjs`)
  await build({
    entryPoints: [gatewayProgram],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    logLevel: 'error',
    plugins: [
      {
        name: 'version',
        setup: ({ onLoad }) =>
          onLoad({ filter: /base[\\/]version\.ts$/ }, () => ({
            contents: `export const version = '${otherVersion}'`,
            loader: 'ts',
          })),
      },
    ],
  })
  return outfile
}

/** Ends a process and waits until the kernel has forgotten it. */
export async function killAndWait(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  process.kill(pid, signal)
  await gone(pid)
}

/** Waits until a process has ended. */
export async function gone(pid: number): Promise<void> {
  while (startTimeOf(pid) !== undefined) await new Promise(done => setTimeout(done, 20))
}

/** The environment that a process was started with. */
export const environmentOf = (pid: number): Record<string, string> =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter(entry => entry !== '')
      .map(entry => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
