import type { Condition } from '../../objects/coreV1.ts'

/** Reasons of Knative's conditions and of waiting containers, in words. */
const words: Readonly<Record<string, string>> = {
  ContainerMissing: 'The image can not be found',
  ErrImagePull: 'The image can not be pulled',
  ImagePullBackOff: 'The image can not be pulled',
  InvalidImageName: 'The image has no valid name',
  CreateContainerConfigError: 'The container can not be made',
  CreateContainerError: 'The container can not be made',
  RunContainerError: 'The container can not be started',
  CrashLoopBackOff: 'The container ends again and again',
  Unschedulable: 'No node has room for it',
  FailedCreate: 'Its pods are refused',
  ProgressDeadlineExceeded: 'It was not ready in the time that the cluster gives it',
  IngressNotConfigured: 'No ingress controller has taken it up',
  Uninitialized: 'No ingress controller has taken it up',
  RevisionMissing: 'Its revision is missing',
  NotOwned: 'Something else in the namespace has the name that it needs',
  NoTraffic: 'No calls are led to it',
}

/** What Knative quotes of a container: what it said or printed last (serving/v1 RevisionContainerExitingMessage). */
const quotation = /(?<=\bContainer failed)\s+with: [^]*$/

/** A reason with its message, as one sentence; without what a container printed where nobody has masked that. */
export function reasonWords(
  { reason, message: whole }: Pick<Condition, 'reason' | 'message'>,
  { isMasked = true }: { readonly isMasked?: boolean } = {},
): string {
  const message = isMasked ? whole : whole?.replace(quotation, '')
  const known = reason === undefined ? undefined : words[reason]
  const said = message?.trim().replace(/\s+/g, ' ') ?? ''
  const start = known ?? reason
  if (start === undefined) return said === '' ? 'The cluster gives no reason.' : asSentence(said)
  return asSentence(said === '' ? start : `${start}: ${said}`)
}

const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
