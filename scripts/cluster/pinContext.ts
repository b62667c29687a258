import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeKubeconfig, type ChosenContext } from './kubeconfig.ts'
import { testContext } from './testContext.ts'

/** The context that the tests use, in a kubeconfig of its own. */
export interface PinnedContext extends ChosenContext {
  /** Holds nothing but this context; gone when this process ends. */
  readonly kubeconfig: string
}

/** Copies the context that tests may use, so that whatever becomes of the user's kubeconfig meanwhile changes nothing. */
export async function pinContext(): Promise<PinnedContext> {
  const context = await testContext()
  const folder = mkdtempSync(join(tmpdir(), 'hks-test-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  await writeKubeconfig(kubeconfig, context)
  return { ...context, kubeconfig }
}
