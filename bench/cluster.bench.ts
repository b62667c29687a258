import { spawnSync } from 'node:child_process'
import { measureLogLines } from './cluster/logLines.ts'
import { measureManyObjects } from './cluster/manyObjects.ts'
import { measureRevisions } from './cluster/revisions.ts'
import type { BenchRow } from './row.ts'

/**
 * A cluster with Knative, beside kubectl. It is that of the cluster tests (CONTRIBUTING.md); where `KUBECONFIG` names
 * none, nothing is measured and the table says so.
 */
export async function run(): Promise<BenchRow[]> {
  const lack = lackOf()
  if (lack !== undefined) return [{ name: 'a cluster', ours: `not measured: ${lack}` }]
  return [...(await measureManyObjects()), ...(await measureRevisions()), ...(await measureLogLines())]
}

function lackOf(): string | undefined {
  if (!process.env['KUBECONFIG']) return 'KUBECONFIG names no cluster'
  return spawnSync('kubectl', ['version', '--client']).error && 'there is no kubectl'
}
