import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

/** What one test inside the extension host came to. */
export interface InHostResult {
  readonly title: string
  readonly state: 'passed' | 'failed' | 'pending'
  readonly error?: string
}

/** Runs the suites that `define` declares inside the extension host, and leaves the results in the file asked for. */
export async function runSuites(define: () => void): Promise<void> {
  const file = process.env['HKS_IN_HOST_RESULTS']
  if (file === undefined) throw new Error('HKS_IN_HOST_RESULTS names no file.')
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'min' })
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, 'suites', mocha)
  define()
  const results: InHostResult[] = []
  await new Promise<void>(resolve => {
    mocha
      .run(() => resolve())
      .on('pass', test => results.push({ title: test.fullTitle(), state: 'passed' }))
      .on('pending', test => results.push({ title: test.fullTitle(), state: 'pending' }))
      .on('fail', (test: Mocha.Runnable, error: Error) => {
        results.push({ title: test.fullTitle(), state: 'failed', error: error.stack ?? String(error) })
      })
  })
  writeFileSync(file, JSON.stringify(results))
}
