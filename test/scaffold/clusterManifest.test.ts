import assert from 'node:assert/strict'
import { parse, parseAllDocuments } from 'yaml'
import { clusterManifest } from '../../src/scaffold/clusterManifest.ts'

const file = `# A report every night.
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: '30 2 * * *' # when it is quiet
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          nodeSelector: {disk: fast}
          containers:
            - name: report
              image: busybox:1.37
              command: [sh, -c]
              resources:
                limits: {memory: 64Mi}
---
apiVersion: v1
kind: Service
metadata: {name: nightly}
`

interface Manifest {
  metadata: Record<string, unknown>
  spec: Record<string, unknown> & {
    jobTemplate: { spec: { template: { spec: Record<string, unknown> & { containers: Record<string, unknown>[] } } } }
  }
}

/** As the API server has it: the file with all defaults, and a change. */
function present(change: (manifest: Manifest) => void = () => undefined): Record<string, unknown> {
  const manifest = parseAllDocuments(file)[0]!.toJS() as Manifest
  const pod = manifest.spec.jobTemplate.spec.template.spec
  Object.assign(manifest.metadata, {
    namespace: 'shop',
    labels: { 'hexabase.io/app-id': 'x' },
    annotations: { 'hexabase.io/name': 'nightly' },
  })
  Object.assign(manifest.spec, {
    ...{ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  })
  Object.assign(pod, {
    ...{ dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', securityContext: {} },
    terminationGracePeriodSeconds: 30,
  })
  Object.assign(manifest.spec.jobTemplate, { metadata: {} })
  Object.assign(manifest.spec.jobTemplate.spec.template, { metadata: { creationTimestamp: null } })
  Object.assign(pod.containers[0]!, {
    ...{ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' },
    terminationMessagePolicy: 'File',
  })
  change(manifest)
  return manifest as unknown as Record<string, unknown>
}

const podOf = ({ spec }: Manifest) => spec.jobTemplate.spec.template.spec

describe('a manifest file as the cluster has its CronJob', () => {
  it('is the file to the letter where the cluster has nothing but its defaults besides', () => {
    assert.equal(clusterManifest(file, 'nightly', present()), file)
  })

  it('differs where the cluster does, in any field, and nowhere else', () => {
    const shown = clusterManifest(
      file,
      'nightly',
      present(manifest => {
        manifest.spec['schedule'] = '0 4 * * *'
        podOf(manifest).containers[0]!['resources'] = { limits: { memory: '128Mi' } }
        podOf(manifest)['nodeSelector'] = { disk: 'slow' }
      }),
    )
    const changed = shown.split('\n').filter(line => !file.includes(line))
    assert.deepEqual(changed, [
      "  schedule: '0 4 * * *' # when it is quiet",
      '          nodeSelector: {disk: slow}',
      '                limits: {memory: 128Mi}',
    ])
  })

  it('shows fields that the file does not have, and lacks those that the cluster does not', () => {
    const shown = clusterManifest(
      file,
      'nightly',
      present(manifest => {
        manifest.spec['suspend'] = true
        podOf(manifest)['priorityClassName'] = 'low'
        delete podOf(manifest)['nodeSelector']
        podOf(manifest).containers.push({ name: 'proxy', image: 'proxy:1', imagePullPolicy: 'Always' })
      }),
    )
    const { spec } = parseAllDocuments(shown)[0]!.toJS() as Manifest
    const pod = spec.jobTemplate.spec.template.spec
    assert.deepEqual([spec['suspend'], pod['priorityClassName'], pod['nodeSelector']], [true, 'low', undefined])
    assert.deepEqual(pod.containers[1], { name: 'proxy', image: 'proxy:1', imagePullPolicy: 'Always' })
    assert.match(shown, /^# A report every night\./)
    assert.match(shown, /kind: Service/)
  })

  it('says a default where the file says something else', () => {
    const said = file.replace('  jobTemplate:', '  concurrencyPolicy: Forbid\n  jobTemplate:')
    assert.equal(
      clusterManifest(said, 'nightly', present()),
      said.replace('concurrencyPolicy: Forbid', 'concurrencyPolicy: Allow'),
    )
  })

  it('is the whole manifest where the file has no such CronJob', () => {
    const shown = parse(clusterManifest('# nothing yet\n', 'nightly', present())) as Manifest
    assert.deepEqual(shown, parseAllDocuments(file)[0]!.toJS())
  })
})
