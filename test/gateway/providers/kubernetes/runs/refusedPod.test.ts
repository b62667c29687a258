import assert from 'node:assert/strict'
import { refusedPod } from '../../../../../src/gateway/providers/kubernetes/runs/refusedPod.ts'

const missing =
  'allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
const restricted = (pod: string) =>
  `Error creating: pods "${pod}" is forbidden: violates PodSecurity "restricted:latest": ${missing}`

describe('a pod of a run that can not be made', () => {
  it('has the same cause at each try, though each pod has another name', () => {
    const causes = ['report-x7f2k', 'report-bq9zz'].map(name => refusedPod(restricted(name), 'shop').cause)
    assert.equal(causes[0], causes[1])
    assert.doesNotMatch(causes[0]!, /x7f2k/)
  })

  it('is told with all fields that Pod Security misses, and with the way out', () => {
    assert.deepEqual(refusedPod(restricted('report-x7f2k'), 'shop'), {
      reason: 'FailedCreate',
      cause: `The pod could not be made: the namespace "shop" takes only pods of the Pod Security level "restricted", and this one has ${missing}. Set these fields in the pod template of the CronJob, or use a namespace whose label pod-security.kubernetes.io/enforce allows them.`,
    })
  })

  it('is told with the quota that it would pass', () => {
    const said = 'exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
    assert.equal(
      refusedPod(`Error creating: pods "report-x7f2k" is forbidden: ${said}`, 'shop').cause,
      `The pod could not be made: ${said}. It is tried again; wait, ask for less, or have the quota raised.`,
    )
  })

  it('is told as the cluster words it where nothing more is known, cut after a whole word', () => {
    const webhook = 'admission webhook "policy.test" denied the request: no'
    assert.equal(refusedPod(`Error creating: ${webhook}`, 'shop').cause, `The pod could not be made: ${webhook}.`)
    const { cause } = refusedPod(`Error creating: ${'word '.repeat(1000)}`, 'shop')
    assert.match(cause, /^The pod could not be made: (word )+word…$/)
    assert.ok(cause.length < 2100, String(cause.length))
    assert.match(refusedPod(undefined, 'shop').cause, /does not say why\.$/)
  })
})
