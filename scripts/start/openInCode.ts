import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcessGroup } from '../processGroup.ts'
import { run } from '../run.ts'
import { quietSettings } from '../vscodeHost/startServer.ts'
import { command } from './findCode.ts'
import type { OpenOptions, OpenWindow } from './openWindow.ts'

/** Opens the folder in the VS Code of this machine, with settings and extensions of its own. */
export async function openInCode({ home, folder, vsix, hksHome }: OpenOptions): Promise<OpenWindow> {
  const userData = join(home, 'user-data')
  const own = ['--user-data-dir', userData, '--extensions-dir', join(home, 'extensions')]
  await mkdir(join(userData, 'User'), { recursive: true })
  // A user's own changes of an earlier start stay.
  await writeFile(join(userData, 'User/settings.json'), JSON.stringify(quietSettings, null, 2), { flag: 'wx' }).catch(
    unlessPresent,
  )
  await run(command, [...own, '--install-extension', vsix, '--force'])
  const child = spawn(command, [...own, '--new-window', '--wait', folder], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, HKS_HOME: hksHome },
  })
  await once(child, 'spawn')
  return {
    ended: once(child, 'exit').then(() => undefined),
    stop: () => endProcessGroup(child),
    say: [`${folder} is open in VS Code.`, 'Close its window, or press Ctrl-C here, to stop everything.'],
  }
}

function unlessPresent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
