import { connectionFailed } from './translateError.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'

/** A port of a pod. */
export interface ForwardTarget {
  readonly pod: string
  readonly port: number
}

interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly targetPort?: number | string
}

interface Service extends KubeObject {
  readonly spec: { readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly ServicePort[] }
}

interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
    }[]
  }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Which port of which Service. */
export interface ServiceAddress {
  readonly client: Pick<KubeClient, 'request' | 'list'>
  readonly namespace: string
  readonly service: string
  readonly port?: number | string
}

/**
 * The pods behind a Service that are ready, by its selector, as `kubectl port-forward` finds them.
 * @throws HksError NOT_FOUND, INVALID_REQUEST (no such port), CONNECTION_FAILED (none is ready), FORBIDDEN
 */
export async function podsOfService(address: ServiceAddress, signal: AbortSignal): Promise<readonly ForwardTarget[]> {
  const { client, namespace, service: name } = address
  const base = `/api/v1/namespaces/${namespace}`
  const service = await client.request<Service>('GET', `${base}/services/${name}`, { signal })
  const { selector, ports = [] } = service.spec
  const port = portOf(ports, address)
  if (!selector)
    throw new HksError('INVALID_REQUEST', `The Service "${name}" has no selector, so that no pod of it can be found.`)
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join()
  const { items } = await client.list<Pod>(`${base}/pods`, { query: { labelSelector }, signal })
  const found = items.filter(isReady).flatMap(pod => {
    const number = containerPort(pod, port)
    return number === undefined ? [] : [{ pod: pod.metadata.name, port: number }]
  })
  if (found.length === 0)
    throw connectionFailed('unreachable', `No pod of the Service "${name}" in the namespace "${namespace}" is ready.`, {
      hint: `Look at them with \`kubectl get pods -n ${namespace} -l ${labelSelector}\`.`,
    })
  return found
}

function portOf(ports: readonly ServicePort[], { service, port }: ServiceAddress): ServicePort {
  const found = port === undefined ? ports[0] : ports.find(one => one.port === port || one.name === port)
  if (found) return found
  const known = ports.map(one => (one.name ? `${one.port} (${one.name})` : String(one.port))).join(', ')
  throw new HksError('INVALID_REQUEST', `The Service "${service}" has no port ${port}; it has: ${known || 'none'}.`)
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')

function containerPort(pod: Pod, { port, targetPort = port }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  const ports = pod.spec.containers.flatMap(container => container.ports ?? [])
  return ports.find(({ name }) => name === targetPort)?.containerPort
}
