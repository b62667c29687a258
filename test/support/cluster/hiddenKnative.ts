import { apiProxy, type ApiProxy } from './apiProxy.ts'

const servicesType = '/customresourcedefinitions/services.serving.knative.dev'

/**
 * A way to a cluster on which Knative Serving is not there as long as an object is not: from the moment at which the object at the
 * path `key` is applied through it until that is deleted through it. So an installation can be seen in a cluster whose Knative
 * others use. All else is the cluster's own; `cut` ends what was open when Knative went.
 */
export async function hiddenKnative(kubeconfig: string, key: string): Promise<ApiProxy> {
  const proxy = await apiProxy(kubeconfig)
  let isThere = false
  proxy.refuse(404, ({ method, path }) => {
    if (path.split('?')[0] === key) isThere = method === 'PATCH' || (isThere && method !== 'DELETE')
    return !isThere && (path.startsWith('/apis/serving.knative.dev/') || path.endsWith(servicesType))
  })
  return proxy
}
