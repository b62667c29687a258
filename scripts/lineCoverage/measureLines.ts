import { join } from 'node:path'
import { StageFailure } from '../stage.ts'
import { collectCoverage } from './collectCoverage.ts'
import { reportCoverage, type Measured } from './reportCoverage.ts'

/** What is measured, and where the report goes. */
export interface LineMeasure extends Measured {
  readonly root: string
  /** Folders with the V8 coverage of processes. */
  readonly raw: readonly string[]
  /** Gets the report; `index.html` is its first page. */
  readonly folder: string
  /** Percent of lines below which it is a `StageFailure`. */
  readonly threshold: number
}

/** Reports how much of the source the tests ran, and says it in a line. */
export async function measureLines({ root, raw, folder, threshold, ...measured }: LineMeasure): Promise<string> {
  const merged = join(folder, 'merged')
  await collectCoverage(root, raw, merged)
  const { lines, worst } = await reportCoverage(root, merged, folder, measured)
  if (lines < threshold) {
    const most = worst.slice(0, 20).join('\n')
    throw new StageFailure('coverage', `${lines} % of lines, ${threshold} % wanted. Most is left in:\n${most}`)
  }
  return `line coverage: ${lines} % (${join(folder, 'index.html').slice(root.length + 1)})`
}
