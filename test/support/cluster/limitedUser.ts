import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { chooseContext, writeKubeconfig } from '../../../scripts/cluster/kubeconfig.ts'
import { createKubeRequest, KubeRequestError } from '../../../scripts/cluster/kubeRequest.ts'
import { eventually } from '../eventually.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { createKubeApi } from './kubeApi.ts'

/** What is allowed, as a Role says it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** Somebody who may only do what the rules allow, and is nobody after the value goes out of scope (`await using`). */
export interface LimitedUser extends AsyncDisposable {
  readonly kubeconfig: string
  /** Its only context. */
  readonly context: string
  /** Changes what is allowed in the namespace. */
  readonly allow: (rules: readonly PolicyRule[]) => Promise<void>
  /** Resolves when the API server answers 401 to the token. */
  readonly revoke: () => Promise<void>
}

/** Where a user may do what. */
export interface UserRules {
  /** The namespace of the user's ServiceAccount; `rules` hold in it. */
  readonly namespace: string
  readonly rules: readonly PolicyRule[]
  /** Hold everywhere, and for what belongs to no namespace. */
  readonly clusterRules?: readonly PolicyRule[]
}

const rbac = 'rbac.authorization.k8s.io/v1'

/** Makes a ServiceAccount with a token of its own and only these rights; `kubeconfig` is that of an administrator. */
export async function limitedUser(kubeconfig: string, user: UserRules): Promise<LimitedUser> {
  const { namespace, rules, clusterRules = [] } = user
  const api = createKubeApi(kubeconfig)
  const name = `hks-test-${randomBytes(4).toString('hex')}`
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace }
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  const grant = async (scope: '' | 'Cluster', allowed: readonly PolicyRule[]) => {
    const metadata = scope === '' ? { name, namespace } : { name }
    await api.apply({ apiVersion: rbac, kind: `${scope}Role`, metadata, rules: allowed })
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: `${scope}Role`, name }
    await api.apply({ apiVersion: rbac, kind: `${scope}RoleBinding`, metadata, subjects, roleRef })
  }
  await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  if (clusterRules.length > 0) await grant('Cluster', clusterRules)

  const { status } = await api.request.json<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } } },
  )
  const folder = temporaryFolder()
  const file = join(folder.path, 'kubeconfig')
  const context = await chooseContext(kubeconfig)
  let granted: readonly PolicyRule[] = []
  const allow: LimitedUser['allow'] = async allowed => {
    const before = granted
    granted = [...allowed]
    await grant('', allowed)
    await eventually(() => inForce(file, namespace, allowed, before))
  }
  const ownContext = `${context.name}-${name}`
  await writeKubeconfig(file, { ...context, name: ownContext, namespace, user: { token: status.token } })
  await allow(rules)

  return {
    kubeconfig: file,
    context: ownContext,
    allow,
    revoke: async () => {
      await api.remove(account)
      await eventually(() => refused(file))
    },
    [Symbol.asyncDispose]: async () => {
      await api.remove(account)
      for (const kind of ['RoleBinding', 'Role']) await api.remove({ apiVersion: rbac, kind, name, namespace })
      for (const kind of ['ClusterRoleBinding', 'ClusterRole']) await api.remove({ apiVersion: rbac, kind, name })
      folder[Symbol.dispose]()
    },
  }
}

/** Roles reach the API server's authorizer a moment later; nothing tells when. */
async function inForce(
  kubeconfig: string,
  namespace: string,
  wanted: readonly PolicyRule[],
  before: readonly PolicyRule[],
): Promise<void> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'
  const { status } = await createKubeRequest(kubeconfig).json<{ status: { resourceRules: PolicyRule[] } }>(
    ...(['POST', path, { body }] as const),
  )
  const key = ({ apiGroups, resources, verbs, resourceNames }: PolicyRule) =>
    JSON.stringify([apiGroups, resources, verbs, resourceNames])
  const held = new Set(status.resourceRules.map(key))
  const kept = new Set(wanted.map(key))
  const isInForce = [...kept].every(k => held.has(k)) && before.map(key).every(k => kept.has(k) || !held.has(k))
  if (!isInForce) throw new Error(`in force are ${[...held].join()}`)
}

/** The API server remembers a good token for some seconds; nothing tells when it has forgotten it. */
async function refused(kubeconfig: string): Promise<void> {
  try {
    await createKubeRequest(kubeconfig).text('GET', '/version')
  } catch (error) {
    if (error instanceof KubeRequestError && error.status === 401) return
    throw error
  }
  throw new Error('the token still works')
}
