/** What the product uses of @kubernetes/client-node. Only ever imported later: it costs 25 MB in the bundle, 57 MB from its files. */
export { KubeConfig } from '@kubernetes/client-node'
