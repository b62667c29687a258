import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import Mocha from 'mocha'
import { bundleInHostSuites } from '../support/bundleInHostSuites.ts'
import { reasonAgainstVscodeHost } from '../../scripts/vscodeHost/installVscodeHost.ts'
import { ensureBuilt } from '../support/ensureBuilt.ts'
import { root, startVscode } from '../support/vscodeHost.ts'
import type { InHostResult } from './suites/runSuites.ts'

const limit = 120_000

describe('inside the extension host', function () {
  this.timeout(2 * limit)
  this.slow(limit)
  let results: readonly InHostResult[] = []

  before(async function () {
    results = await runInHost()
    for (const result of results) this.test!.parent!.addTest(asTest(result))
  })

  // Tests added while the suite runs are seen only by a suite that has one from the start.
  it('runs at least one test to its end', () => {
    assert.ok(results.length > 0)
  })
})

/** A crashed host may be reported as a success, so nothing but the file of results counts. */
async function runInHost(): Promise<readonly InHostResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hks-in-host-'))
  const file = join(folder, 'results.json')
  await writeFile(join(folder, 'readme.txt'), 'A folder.\n')
  await ensureBuilt()
  const run = reasonAgainstVscodeHost() === undefined ? runInBrowser : runInElectron
  try {
    const said = await run(folder, await bundleInHostSuites(), { HKS_IN_HOST_RESULTS: file })
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Error(`The extension host ended without results. It said:\n${said.slice(-20).join('\n')}`, { cause })
    })
    return JSON.parse(text) as InHostResult[]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runInBrowser(folder: string, suites: string, env: Record<string, string>): Promise<readonly string[]> {
  const vscode = await startVscode({ folder, extensionDevelopmentPath: root, extensionTestsPath: suites, env })
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`The suites did not end within ${limit} ms.`)), limit)
  try {
    await Promise.race([vscode.testsEnded, late.promise])
    return vscode.consoleLines
  } finally {
    clearTimeout(timer)
    await vscode.stop()
  }
}

/** Downloads VS Code, where there is a network to do so. */
async function runInElectron(folder: string, suites: string, env: Record<string, string>): Promise<readonly string[]> {
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: suites,
    extensionTestsEnv: { ...env, HKS_HOME: join(folder, 'hks') },
    launchArgs: [folder, '--disable-workspace-trust'],
  })
  return []
}

function asTest({ title, state, error }: InHostResult): Mocha.Test {
  if (state === 'pending') return new Mocha.Test(title)
  return new Mocha.Test(title, () => {
    if (state === 'failed') throw Object.assign(new Error(error), { stack: error })
  })
}
