import { openBuiltGateway } from './builtGateway.ts'
import { measureCallEndings } from './endings/callEndings.ts'
import { measureJobEndings } from './endings/jobEndings.ts'
import type { BenchRow } from './row.ts'

/** How soon what is to end has ended. */
export async function run(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  return [...(await measureJobEndings(gateway)), ...(await measureCallEndings(gateway))]
}
