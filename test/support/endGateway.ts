import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { run } from '../../scripts/run.ts'

const cli = resolve(import.meta.dirname, '../../dist/hks-func.mjs')

/** Ends the gateway of a data folder, if one ever ran there, as a user would. */
export async function endGateway(hksHome: string): Promise<void> {
  const used = await access(join(hksHome)).then(
    () => true,
    () => false,
  )
  if (used)
    await run(process.execPath, [cli, 'gateway', 'stop', '--grace', '5'], {
      env: { ...process.env, HKS_HOME: hksHome },
    })
}
