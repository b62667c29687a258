/** What the product uses of @kubernetes/client-node. Only ever imported later: it costs 90 MB and 300 ms. */
export { KubeConfig } from '@kubernetes/client-node'
