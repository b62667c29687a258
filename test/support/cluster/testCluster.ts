import { pinContext } from '../../../scripts/cluster/pinContext.ts'

/** The cluster that the tests use, and what is known of it. What is absent was not named in the environment. */
export interface TestCluster {
  /** A kubeconfig with the one context that the tests use; it is gone when this process ends. */
  readonly kubeconfig: string
  readonly context: string
  /** The address of the API server. */
  readonly server: string
  /** An image registry, `HOST:PORT`, that this process pushes to and pods pull from (`HKS_TEST_REGISTRY`). */
  readonly registry?: string
  /** The address of Knative's ingress, `http://HOST:PORT` (`HKS_TEST_INGRESS`). */
  readonly ingress?: string
  /** The domain of Knative Services (`HKS_TEST_DOMAIN`). */
  readonly domain?: string
  /** A command that takes `stop` or `start` and does that to the API server (`HKS_TEST_CLUSTER_CONTROL`). */
  readonly control?: string
  readonly images: {
    /** Has `sh` and the usual commands (`HKS_TEST_IMAGE_SHELL`, else `busybox:1`). */
    readonly shell: string
    /** `HKS_TEST_IMAGE_NODE`, else `node:24-slim`. */
    readonly node: string
    /** `HKS_TEST_IMAGE_PYTHON`, else `python:3-slim`. */
    readonly python: string
  }
}

let known: Promise<TestCluster> | undefined

/** Finds the cluster of `KUBECONFIG`, once a process; an error where tests must not run on it (`testContext`). */
export function testCluster(): Promise<TestCluster> {
  known ??= findCluster()
  return known
}

async function findCluster(): Promise<TestCluster> {
  const { kubeconfig, name: context, server } = await pinContext()
  const { env } = process
  return {
    kubeconfig,
    context,
    server,
    ...optional('registry', env['HKS_TEST_REGISTRY']),
    ...optional('ingress', env['HKS_TEST_INGRESS']),
    ...optional('domain', env['HKS_TEST_DOMAIN']),
    ...optional('control', env['HKS_TEST_CLUSTER_CONTROL']),
    images: {
      shell: env['HKS_TEST_IMAGE_SHELL'] || 'busybox:1',
      node: env['HKS_TEST_IMAGE_NODE'] || 'node:24-slim',
      python: env['HKS_TEST_IMAGE_PYTHON'] || 'python:3-slim',
    },
  }
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value ? ({ [key]: value } as { readonly [P in K]: string }) : {}
}
