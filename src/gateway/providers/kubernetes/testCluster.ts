import type { ConnectionReport } from '../../../contract/connections.ts'
import type { HksError } from '../../../contract/errors.ts'
import type { KubeClient } from './client/kubeClient.ts'

/** Asks a cluster what it is and what its user may see of it. @throws HksError CONNECTION_FAILED, FORBIDDEN */
export async function testCluster(client: KubeClient): Promise<ConnectionReport> {
  const began = performance.now()
  const { gitVersion } = await client.request<{ gitVersion: string }>('GET', '/version')
  const milliseconds = Math.round(performance.now() - began)
  const [listsNamespaces, knative] = await Promise.all([
    answers(client.request('GET', '/api/v1/namespaces', { query: { limit: 1 } }), { FORBIDDEN: false }),
    answers(client.request('GET', '/apis/serving.knative.dev/v1'), { NOT_FOUND: false, FORBIDDEN: undefined }),
  ])
  const clockAheadSeconds = Math.round(client.clockAheadMs() / 1000)
  return {
    ...{ server: client.server, version: gitVersion, milliseconds, listsNamespaces: listsNamespaces === true },
    ...(knative === undefined ? {} : { knative }),
    ...(clockAheadSeconds === 0 ? {} : { clockAheadSeconds }),
  }
}

/** `true`, or what the code of the error stands for; other errors are none of its answers. */
async function answers(
  asked: Promise<unknown>,
  otherwise: Readonly<Record<string, false | undefined>>,
): Promise<boolean | undefined> {
  try {
    await asked
    return true
  } catch (error) {
    const { code } = error as HksError
    if (Object.hasOwn(otherwise, code)) return otherwise[code]
    throw error
  }
}
