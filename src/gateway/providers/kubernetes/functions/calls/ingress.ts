import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { HksError } from '../../../../../contract/errors.ts'
import type { FunctionWay } from '../../../../../contract/functions.ts'
import type { Clock } from '../../../../domain/clock.ts'
import type { KubeClient } from '../../client/kubeClient.ts'
import type { KubeObject } from '../../client/kubeObject.ts'
import { createPortForward, type PortForward } from '../../client/portForward.ts'

/** How a call reaches a function from this machine. */
export interface IngressWay {
  /** Where the connection goes. */
  readonly origin: string
  /** The function's own host, for the header. */
  readonly host: string
  readonly kind: Exclude<FunctionWay, 'gateway'>
  /** A sentence that says which way it is, and why. */
  readonly said: string
}

/** Finds ways to functions. Dispose to close what it opened. */
export interface Ingress extends AsyncDisposable {
  /** @throws HksError FUNCTION_UNAVAILABLE when there is no way */
  wayTo(fn: { readonly namespace: string; readonly name: string; readonly url: string }): Promise<IngressWay>
}

/** What {@link createIngress} needs. */
export interface IngressOptions {
  readonly client: KubeClient
  /** The address that the connection names. */
  readonly configured: () => string | undefined
  readonly clock: Clock
  /** Whether something listens; default: it looks. */
  readonly answers?: (hostname: string, port: number) => Promise<boolean>
}

/** A host that does not answer by then is not reachable: a round trip around the world takes a fifth of it. */
const probeMs = 1500
/** For how long it is known whether a host answers. */
const knownMs = 30_000

/** Chooses by itself: the configured address, else the function's own, else a port-forward to the ingress. */
export function createIngress(options: IngressOptions): Ingress {
  const { client, clock } = options
  const answers = options.answers ?? somethingListens
  const probes = new Map<string, { readonly until: number; readonly result: Promise<boolean> }>()
  const forwards = new Map<string, Promise<PortForward>>()

  const isDirect = (url: URL): Promise<boolean> => {
    const known = probes.get(url.host)
    if (known && known.until > clock.now()) return known.result
    const result = answers(url.hostname, portOf(url))
    probes.set(url.host, { until: clock.now() + knownMs, result })
    return result
  }
  const portForward = (target: IngressService): Promise<PortForward> => {
    const key = `${target.namespace}/${target.name}`
    const opening = forwards.get(key) ?? openForward(client, target)
    forwards.set(key, opening)
    opening.catch(() => forwards.delete(key))
    return opening
  }
  return {
    wayTo: async ({ namespace, name, url: text }) => {
      const url = new URL(text)
      const { host } = url
      const configured = options.configured()
      if (configured !== undefined) {
        const { origin } = new URL(configured)
        return { origin, host, kind: 'ingress', said: `Through ${origin}, the ingress that the connection names.` }
      }
      if (await isDirect(url)) return { origin: url.origin, host, kind: 'direct', said: `Directly: ${host} answers.` }
      const target = await findIngressService(client, namespace, name)
      const port = await (await portForward(target)).listen()
      const said = `Through a port-forward to the ingress, ${target.namespace}/${target.name}: ${host} does not answer from here.`
      return { origin: `http://127.0.0.1:${port}`, host, kind: 'portForward', said }
    },
    [Symbol.asyncDispose]: async () => {
      const opened = [...forwards.values()]
      forwards.clear()
      // One that could not be opened is its caller's to handle.
      await Promise.allSettled(opened.map(async opening => (await opening)[Symbol.asyncDispose]()))
    },
  }
}

/** A local port takes a connection before it is known whether it can be led on: that is tried here, where it can be told. */
async function openForward(
  client: KubeClient,
  { namespace, name: service, port }: IngressService,
): Promise<PortForward> {
  const forward = createPortForward({ client, namespace, service, port })
  try {
    const first = await forward.connect()
    first.destroy()
    return forward
  } catch (error) {
    await forward[Symbol.asyncDispose]()
    throw noWay(`the port-forward to its ingress, ${namespace}/${service}, fails (${clauseOf(error)})`, error)
  }
}

interface IngressService {
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/** What every ingress controller of Knative says of itself in the objects that Knative makes for it. */
interface KnativeIngress extends KubeObject {
  readonly status?: {
    readonly publicLoadBalancer?: { readonly ingress?: readonly { readonly domainInternal?: string }[] }
  }
}

async function findIngressService(client: KubeClient, namespace: string, name: string): Promise<IngressService> {
  const path = `/apis/networking.internal.knative.dev/v1alpha1/namespaces/${encodeURIComponent(namespace)}/ingresses/${encodeURIComponent(name)}`
  const { status } = await client.request<KnativeIngress>('GET', path).catch((cause: unknown) => {
    throw noWay(`its ingress can not be looked up (${clauseOf(cause)})`, cause)
  })
  const domain = status?.publicLoadBalancer?.ingress?.[0]?.domainInternal
  const [service, at] = domain?.split('.') ?? []
  if (service === undefined || at === undefined) throw noWay('its ingress names no Service of the cluster')
  return { namespace: at, name: service, port: 80 }
}

/** A sentence in the midst of another one. */
const clauseOf = (error: unknown): string => (error as Error).message.replace(/\.$/, '')

const noWay = (problem: string, cause?: unknown) =>
  new HksError('FUNCTION_UNAVAILABLE', `The function can not be reached from here: ${problem}.`, {
    hint: "Say where Knative's ingress is reached: hks-func connection set CONNECTION --ingress URL",
    ...(cause === undefined ? {} : { cause }),
  })

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port))

async function somethingListens(hostname: string, port: number): Promise<boolean> {
  try {
    // A resolver that is away answers late.
    const { address } = await Promise.race([
      lookup(hostname),
      new Promise<never>((_resolve, reject) => setTimeout(reject, probeMs).unref()),
    ])
    return await new Promise<boolean>(resolve => {
      const socket = connect({ host: address, port, timeout: probeMs })
      const done = (result: boolean) => {
        socket.destroy()
        resolve(result)
      }
      socket.once('connect', () => done(true))
      socket.once('error', () => done(false))
      socket.once('timeout', () => done(false))
    })
  } catch {
    // It has no address: that is the answer.
    return false
  }
}
