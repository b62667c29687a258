import { chooseContext, type ChosenContext } from './kubeconfig.ts'
import { looksLocal } from './looksLocal.ts'

/**
 * The context that the cluster tests may use. They create and delete namespaces, so a context that does not look local
 * is refused unless `HKS_TEST_CLUSTER_CONTEXT` spells its name: to have it as the current context is not enough.
 */
export async function testContext(env: NodeJS.ProcessEnv = process.env): Promise<ChosenContext> {
  const named = env['HKS_TEST_CLUSTER_CONTEXT'] || undefined
  const context = await chooseContext(env['KUBECONFIG'] || undefined, named)
  if (named === undefined && !looksLocal(context)) {
    throw new Error(
      `The context ${context.name} at ${context.server} does not look like a cluster on this machine, and these tests ` +
        'create and delete namespaces, run pods and install Knative. If it is a cluster for tests, run them with ' +
        `HKS_TEST_CLUSTER_CONTEXT=${context.name}.`,
    )
  }
  return context
}
