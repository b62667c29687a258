import type { PodSpec } from '../objects/coreV1.ts'

/** A Secret that containers get variables of: the value of one key, or of all where none is named. */
export interface SecretUse {
  readonly secret: string
  readonly key?: string
}

/** What the containers of a pod get of Secrets by `env` and `envFrom`, each once. Volumes are not looked at. */
export function secretUses({ containers, initContainers = [] }: PodSpec): readonly SecretUse[] {
  const uses = new Map<string, SecretUse>()
  const add = (secret: string | undefined, key?: string): void => {
    if (secret) uses.set(`${secret}/${key ?? ''}`, { secret, ...(key === undefined ? {} : { key }) })
  }
  for (const { env = [], envFrom = [] } of [...initContainers, ...containers]) {
    for (const { valueFrom } of env)
      if (valueFrom?.secretKeyRef) add(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key)
    for (const { secretRef } of envFrom) add(secretRef?.name)
  }
  return [...uses.values()]
}
