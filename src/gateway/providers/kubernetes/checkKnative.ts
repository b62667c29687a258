import type { KnativePart, KnativePartState } from '../../../contract/connections.ts'
import type { HksError } from '../../../contract/errors.ts'
import type { KubeClient } from './client/kubeClient.ts'
import type { KubeObject } from './client/kubeObject.ts'

/** The part of apps/v1 Deployment that is read. */
interface KubeDeployment extends KubeObject {
  readonly status?: { readonly readyReplicas?: number }
}

interface KubeConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Where Knative Serving is installed (knative.dev, "Installing Knative Serving using YAML files"). */
const system = 'knative-serving'
/** What Knative Serving 1.x runs. */
const controllers = ['activator', 'autoscaler', 'controller', 'webhook'] as const
/** The class of Knative itself where config-network names none. */
const defaultIngressClass = 'istio.ingress.networking.knative.dev'
/** The Deployment that serves an ingress class, in the namespace of Knative. */
const ingressControllers: Readonly<Record<string, string>> = {
  'kourier.ingress.networking.knative.dev': 'net-kourier-controller',
  [defaultIngressClass]: 'net-istio-controller',
  'contour.ingress.networking.knative.dev': 'net-contour-controller',
}
/** Keys of config-domain that are no domain of a cluster: its own example, and the one that no ingress serves. */
const noDomain = new Set(['_example', 'svc.cluster.local'])

/** Looks for what functions need, in the order in which it is installed. @throws HksError CONNECTION_FAILED */
export async function checkKnative(client: KubeClient): Promise<readonly KnativePart[]> {
  const types = await look(
    () => client.request('GET', '/apis/serving.knative.dev/v1'),
    () => part('types', 'ready', 'serving.knative.dev/v1 is there.'),
    'types',
    'The custom resource definitions of serving.knative.dev/v1 are not there.',
  )
  if (types.state === 'missing')
    return [
      { ...types, hint: 'Install it with hks-func cluster install, or as https://knative.dev/docs/install says.' },
    ]
  const deployments = new Map<string, KubeDeployment>()
  const listed = await look(
    () => client.list<KubeDeployment>(`/apis/apps/v1/namespaces/${system}/deployments`),
    ({ items }) => {
      for (const item of items) deployments.set(item.metadata.name, item)
      return part('controllers', 'ready', '')
    },
    'controllers',
    '',
  )
  const running =
    listed.state === 'ready' ? controllers.map(name => deploymentPart(name, deployments.get(name))) : [listed]
  return [types, ...running, await ingressPart(client, deployments, listed.state), await domainPart(client)]
}

async function ingressPart(
  client: KubeClient,
  deployments: ReadonlyMap<string, KubeDeployment>,
  listed: KnativePartState,
): Promise<KnativePart> {
  return look(
    () => configMap(client, 'config-network'),
    ({ data = {} }) => {
      const name = data['ingress-class'] ?? data['ingress.class'] ?? defaultIngressClass
      const controller = ingressControllers[name]
      if (controller === undefined || listed !== 'ready')
        return part('ingress', 'unknown', `The ingress class is ${name}; whether its controller runs can not be seen.`)
      const found = deploymentPart(controller, deployments.get(controller))
      if (found.state === 'ready') return part('ingress', 'ready', `${controller} serves the class ${name}.`)
      return {
        ...part('ingress', found.state, `Nothing serves the ingress class ${name}: ${found.message}`),
        hint: 'Install the networking layer of that class, or name another in the ConfigMap config-network.',
      }
    },
    'ingress',
    'The ConfigMap config-network is not there.',
  )
}

const domainPart = (client: KubeClient): Promise<KnativePart> =>
  look(
    () => configMap(client, 'config-domain'),
    ({ data = {} }) => {
      const domains = Object.keys(data).filter(domain => !noDomain.has(domain))
      if (domains.length > 0) return part('domain', 'ready', `Functions have names in ${domains.join(', ')}.`)
      return {
        ...part('domain', 'missing', 'No domain is set: functions have names that only the cluster knows.'),
        hint: `Functions are called through a port-forward then. Set one in the ConfigMap config-domain of ${system}.`,
        optional: true,
      }
    },
    'domain',
    'The ConfigMap config-domain is not there.',
  )

const configMap = (client: KubeClient, name: string): Promise<KubeConfigMap> =>
  client.request<KubeConfigMap>('GET', `/api/v1/namespaces/${system}/configmaps/${name}`)

function deploymentPart(name: string, deployment: KubeDeployment | undefined): KnativePart {
  if (!deployment) {
    return {
      ...part(name, 'missing', `The Deployment ${name} of ${system} is not there.`),
      hint: 'hks-func cluster install puts it back where that has installed Knative; else the tool that did.',
    }
  }
  const ready = deployment.status?.readyReplicas ?? 0
  if (ready > 0) return part(name, 'ready', `${ready} ready.`)
  return {
    ...part(name, 'failed', `The Deployment ${name} of ${system} has no pod that is ready.`),
    hint: `kubectl -n ${system} describe deployment ${name}`,
  }
}

/** What is refused is unknown, what is not there is missing; a cluster that does not answer is an error. */
async function look<T>(
  ask: () => Promise<T>,
  found: (answer: T) => KnativePart,
  name: string,
  missing: string,
): Promise<KnativePart> {
  let answer: T
  try {
    answer = await ask()
  } catch (error) {
    const { code, message } = error as HksError
    if (code === 'NOT_FOUND') return part(name, 'missing', missing)
    if (code === 'FORBIDDEN') return part(name, 'unknown', message)
    throw error
  }
  return found(answer)
}

const part = (name: string, state: KnativePartState, message: string): KnativePart => ({ name, state, message })
