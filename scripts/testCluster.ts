/**
 * `npm run test:cluster`: the tests in test/cluster on the cluster of KUBECONFIG, and how much of the Kubernetes
 * provider they ran.
 *
 *   npm run test:cluster                       everything but test/cluster/installation
 *   npm run test:cluster -- "some title"       only the tests whose title matches; no threshold
 *   npm run test:cluster -- --installation     only test/cluster/installation, on a cluster without Knative; no threshold
 *   npm run test:cluster -- --with FOLDER      counts the V8 coverage that another run has just left there as well
 */
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkCluster } from './cluster/checkCluster.ts'
import { createKubeRequest } from './cluster/kubeRequest.ts'
import { pinContext } from './cluster/pinContext.ts'
import { removeLeftovers } from './cluster/removeLeftovers.ts'
import { measureLines } from './lineCoverage/measureLines.ts'
import { prepareTests } from './prepareTests.ts'
import { runTests } from './runTests.ts'
import { stage, StageFailure } from './stage.ts'
import { countsLine } from './testCounts.ts'
import { clusterTestGroups } from './testGroups.ts'

/** Percent of the provider's lines that the tests must run. */
const threshold = 90

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { installation: { type: 'boolean', default: false }, with: { type: 'string', multiple: true, default: [] } },
})
const { installation } = values
const [grep] = positionals
const root = resolve(import.meta.dirname, '..')
const provider = 'src/gateway/providers/kubernetes'
const coverage = join(root, installation ? 'coverage/installation' : 'coverage/cluster')
const raw = join(coverage, 'raw')
const results = join(root, `.cache/${installation ? 'installation' : 'cluster'}-test-results.json`)

try {
  await stage('cluster', useCluster)
  await prepareTests(root)
  const installationFiles = globSync('test/cluster/installation/**/*.test.ts', { cwd: root }).sort()
  const groups = installation ? [{ name: 'installation', files: installationFiles }] : clusterTestGroups(root)
  // Most of the time they wait for the cluster, not for this machine.
  const counts = await runTests({ root, groups, atOnce: 2, results, raw, grep, report: console.log })
  for (const title of counts.skipped) console.log(`skipped: ${title}`)
  for (const title of counts.failures) console.log(`failed: ${title}`)
  if (counts.failed > 0) process.exitCode = 1
  else if (globSync(`${provider}/**/*.ts`, { cwd: root }).length > 0) {
    const wanted = grep === undefined && !installation ? threshold : 0
    const all = [raw, ...values.with.map(folder => resolve(root, folder))]
    console.log(await measureLines({ root, raw: all, folder: coverage, threshold: wanted, within: provider }))
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
  if (installation && hasKnative) throw new Error('The tests of the installation want a cluster without Knative.')
  const knative = hasKnative ? 'with Knative' : 'without Knative'
  console.log(`the tests use the context ${context} at ${server}, Kubernetes ${version} ${knative}`)
  for (const name of await removeLeftovers(request, Date.now())) {
    console.log(`deleting the namespace ${name}, which an earlier run left`)
  }
}
