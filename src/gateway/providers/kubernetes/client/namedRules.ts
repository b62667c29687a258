import { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from './kubeClient.ts'
import type { KubeObject } from './kubeObject.ts'
import type { RequestInfo } from './requestInfo.ts'

/** A rule of a role (rbac/v1 PolicyRule) that holds for single objects. */
export interface NamedRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames: readonly string[]
}

interface Review extends KubeObject {
  readonly status?: { readonly resourceRules?: readonly (Omit<NamedRule, 'resourceNames'> & Partial<NamedRule>)[] }
}

const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'

/**
 * The rules for single objects that the user has in a namespace (SelfSubjectRulesReview). The API server may not know of all,
 * so that they only say what is worth asking. None for who may not ask. @throws HksError CONNECTION_FAILED
 */
export async function namedRules(
  client: Pick<KubeClient, 'request'>,
  namespace: string,
): Promise<readonly NamedRule[]> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  }
  try {
    const { status } = await client.request<Review>('POST', path, { body })
    return (status?.resourceRules ?? []).flatMap(rule => {
      const { resourceNames = [] } = rule
      return resourceNames.length === 0 ? [] : { ...rule, resourceNames }
    })
  } catch (error) {
    if (error instanceof HksError && error.code !== 'CONNECTION_FAILED') return []
    throw error
  }
}

/** The names of objects for which a rule allows something. */
export const namesFor = (
  rules: readonly NamedRule[],
  { verb, group, resource }: Pick<RequestInfo, 'verb' | 'group' | 'resource'>,
): readonly string[] => {
  const has = (all: readonly string[] | undefined, one: string) =>
    all?.some(each => each === one || each === '*') === true
  const fitting = rules.filter(
    rule => has(rule.verbs, verb) && has(rule.apiGroups, group) && has(rule.resources, resource),
  )
  return [...new Set(fitting.flatMap(({ resourceNames }) => resourceNames))]
}
