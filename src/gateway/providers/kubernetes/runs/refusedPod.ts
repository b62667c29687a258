import { oneLine, type PodFault } from './podCause.ts'

/** Longest message of the API server that is told, characters: Pod Security names each field and container that it misses. */
const longest = 2000

/** The name of the pod that was not made, which is another one at each try: `pods "report-x7f2k" is forbidden: …`. */
const refusal = /^pods? "[^"]*" is forbidden: /
const podSecurity = /^violates PodSecurity "([^":]*)[^"]*": (.*?)\.?$/
const quota = /^exceeded quota: /

/**
 * Why the pods of a Job can not be made, by the message of the Job controller's event FailedCreate. The same cause has the same
 * words at each try.
 */
export function refusedPod(message: string | undefined, namespace: string): PodFault {
  const said = oneLine(message?.replace(/^Error creating: /, ''), longest).replace(refusal, '')
  return { reason: 'FailedCreate', cause: `The pod could not be made: ${explained(said, namespace)}` }
}

function explained(said: string, namespace: string): string {
  const [, level, missing] = podSecurity.exec(said) ?? []
  if (level !== undefined && missing !== undefined)
    return `the namespace "${namespace}" takes only pods of the Pod Security level "${level}", and this one has ${missing}. Set these fields in the pod template of the CronJob, or use a namespace whose label pod-security.kubernetes.io/enforce allows them.`
  if (quota.test(said)) return `${said} It is tried again; wait, ask for less, or have the quota raised.`
  return said
}
