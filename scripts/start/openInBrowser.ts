import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { installVscodeHost } from '../vscodeHost/installVscodeHost.ts'
import { installExtension, quietSettings, startServer, writeSettings } from '../vscodeHost/startServer.ts'
import type { OpenOptions, OpenWindow } from './openWindow.ts'

const root = resolve(import.meta.dirname, '../..')

/** Serves the folder in a VS Code for the browser; the address holds a secret of this start. */
export async function openInBrowser({ home, folder, vsix, hksHome }: OpenOptions): Promise<OpenWindow> {
  const host = await installVscodeHost(root, console.log)
  await mkdir(home, { recursive: true })
  const settings = join(home, 'user-data/User/settings.json')
  // A user's own changes of an earlier start stay.
  if (!(await exists(settings))) await writeSettings(home, quietSettings)
  await installExtension({ host, home }, vsix)
  const token = randomBytes(16).toString('hex')
  const connectionTokenFile = join(home, 'connection-token')
  await writeFile(connectionTokenFile, token, { mode: 0o600 })
  const log = createWriteStream(join(home, 'server.log'))
  const server = await startServer({
    host,
    home,
    connectionTokenFile,
    // A window that is closed lets go of its extension host, and so of the gateway.
    args: ['--reconnection-grace-time', '10'],
    env: { HKS_HOME: hksHome },
    log: line => log.write(`${line}\n`),
  })
  const url = `http://127.0.0.1:${server.port}/?tkn=${token}&folder=${encodeURIComponent(folder)}`
  return {
    ended: server.ended,
    stop: async () => {
      await server.stop()
      await new Promise<void>(ended => log.end(ended))
    },
    say: ['Open this address in a browser:', '', `  ${url}`, '', 'Press Ctrl-C here to stop everything.'],
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
