import type { KubeObject } from '../client/kubeObject.ts'

/** UID of the object of a kind that controls another one (meta/v1 OwnerReference). */
export const ownerOf = ({ metadata }: KubeObject, kind: string): string | undefined =>
  metadata.ownerReferences?.find(owner => owner.controller === true && owner.kind === kind)?.uid
