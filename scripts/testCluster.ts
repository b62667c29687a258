/**
 * `npm run test:cluster`: the tests in test/cluster on the cluster of KUBECONFIG, and how much of the Kubernetes
 * provider they ran.
 *
 *   npm run test:cluster                    everything
 *   npm run test:cluster -- "some title"    only the tests whose title matches; no threshold
 */
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkCluster } from './cluster/checkCluster.ts'
import { createKubeRequest } from './cluster/kubeRequest.ts'
import { pinContext } from './cluster/pinContext.ts'
import { removeLeftovers } from './cluster/removeLeftovers.ts'
import { measureLines } from './lineCoverage/measureLines.ts'
import { prepareTests } from './prepareTests.ts'
import { runTests } from './runTests.ts'
import { stage, StageFailure } from './stage.ts'
import { countsLine } from './testCounts.ts'

/** Percent of the provider's lines that the tests must run. The provider is young: 90 is wanted once it is whole. */
const threshold = 0

const root = resolve(import.meta.dirname, '..')
const provider = 'src/gateway/providers/kubernetes'
const coverage = join(root, 'coverage/cluster')
const raw = join(coverage, 'raw')
const results = join(root, '.cache/cluster-test-results.json')
const [grep] = process.argv.slice(2)

try {
  await stage('cluster', useCluster)
  await prepareTests(root)
  const files = globSync('test/cluster/**/*.test.ts', { cwd: root }).sort()
  const counts = await runTests({ root, files, results, raw, grep })
  for (const title of counts.skipped) console.log(`skipped: ${title}`)
  if (counts.failed > 0) process.exitCode = 1
  else if (globSync(`${provider}/**/*.ts`, { cwd: root }).length > 0) {
    const wanted = grep === undefined ? threshold : 0
    console.log(await measureLines({ root, raw: [raw], folder: coverage, threshold: wanted, within: provider }))
  }
  console.log(countsLine(counts))
} catch (error) {
  console.error(error instanceof StageFailure ? error.message : error)
  process.exitCode = 1
}

/** Pins the context for all that is started here, says which it is, and sees that it answers. */
async function useCluster(): Promise<void> {
  const { kubeconfig, name: context, server } = await pinContext()
  process.env['KUBECONFIG'] = kubeconfig
  process.env['HKS_TEST_CLUSTER_CONTEXT'] = context
  const request = createKubeRequest(kubeconfig)
  const { version, hasKnative } = await checkCluster(request)
  const knative = hasKnative ? 'with Knative' : 'without Knative'
  console.log(`the tests use the context ${context} at ${server}, Kubernetes ${version} ${knative}`)
  for (const name of await removeLeftovers(request, Date.now())) {
    console.log(`deleting the namespace ${name}, which an earlier run left`)
  }
}
