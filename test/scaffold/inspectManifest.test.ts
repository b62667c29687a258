import assert from 'node:assert/strict'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { parseManifest } from '../../src/scaffold/cronJobManifest.ts'
import { inspectManifest } from '../../src/scaffold/inspectManifest.ts'
import { manifestLevels } from '../../src/scaffold/manifestFields.ts'

const manifest = `# nightly
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly-report
spec:
  schedule: "0 2 * * *" # at night
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: python:3.12
              command: ["sh", "-c", "date"]
              env:
                - {name: MODE, value: full}
                - {name: KEY, valueFrom: {secretKeyRef: {name: api, key: token}}}
`
const swap = (from: string | RegExp, to: string): string => {
  const changed = manifest.replace(from, to)
  assert.notEqual(changed, manifest, `${String(from)} is not in the manifest`)
  return changed
}
/** Each problem as `severity text: message`. */
const told = (text: string): string[] =>
  inspectManifest(text).problems.map(p => `${p.severity} ${text.slice(p.start, p.end)}: ${p.message}`)
const errors = (text: string): string[] => told(text).filter(line => line.startsWith('error'))

describe('a manifest that is edited', () => {
  it('has nothing wrong but one hint of what local ignores, at the first of it', () => {
    const text = swap('restartPolicy: Never', 'restartPolicy: Never\n          volumes: []')
    assert.deepEqual(told(text), [
      'hint image: image python:3.12 is ignored on local: the command runs on this machine.\nvolumes of the pod is ignored on local.',
    ])
  })

  it('says where name, schedule and time zone stand', () => {
    const { cronJobs } = inspectManifest(manifest)
    const [job] = cronJobs
    assert.equal(job?.name, 'nightly-report')
    assert.equal(manifest.slice(job.head.start, job.head.end), 'apiVersion')
    const { schedule, entry, timeZone } = job.schedule ?? assert.fail('no schedule')
    assert.equal(manifest.slice(schedule.at, schedule.at! + schedule.value.length), '0 2 * * *')
    assert.equal(manifest.slice(entry.start, entry.end), 'schedule: "0 2 * * *"')
    assert.equal(manifest.slice(timeZone?.entry.start, timeZone?.entry.end), 'timeZone: Europe/Berlin')
  })

  it('finds a schedule that an alias stands for where the alias is', () => {
    const text = swap('"0 2 * * *"', '*often').replace(
      'name: nightly-report',
      'name: nightly-report\n  labels: {when: &often "0 25 * * *"}',
    )
    const schedule = inspectManifest(text).cronJobs[0]?.schedule?.schedule
    assert.deepEqual(
      [schedule?.value, schedule?.at, text.slice(schedule?.start, schedule?.end)],
      ['0 25 * * *', undefined, '*often'],
    )
  })

  it('finds the same in a file whose lines end as on Windows', () => {
    const text = swap('Forbid', 'forbidd').replaceAll('\n', '\r\n')
    assert.deepEqual(errors(text), ['error forbidd: concurrencyPolicy: must be one of Allow, Forbid, Replace.'])
  })

  const faults: [what: string, text: string, wanted: string][] = [
    [
      'an old API version',
      swap('batch/v1', 'batch/v1beta1'),
      'error batch/v1beta1: apiVersion: "batch/v1beta1" is not batch/v1.',
    ],
    [
      'an unknown policy',
      swap('Forbid', 'forbidd'),
      'error forbidd: concurrencyPolicy: must be one of Allow, Forbid, Replace.',
    ],
    [
      'a name that is too long',
      swap('nightly-report', 'n'.repeat(53)),
      `error ${'n'.repeat(53)}: name: "${'n'.repeat(53)}" must have at most 52 characters.`,
    ],
    ['a missing schedule', swap(/ {2}schedule.*\n/, ''), 'error spec: schedule: is missing.'],
    ['a negative limit', swap('backoffLimit: 2', 'backoffLimit: -1'), 'error -1: backoffLimit: -1 must be at least 0.'],
    ['a number among the arguments', swap('"date"', '7'), 'error 7: command.2: must be a list of texts.'],
    [
      'a variable that no shell could read',
      swap('name: MODE', 'name: 1MODE'),
      'error 1MODE: name: is not allowed as a name here (Names of letters, digits, "_", "-" and ".", no digit first).',
    ],
    [
      'a secret that is set twice',
      swap('{name: MODE, value: full}', '{name: KEY, valueFrom: {secretKeyRef: {name: api, key: other}}}'),
      'error KEY: name: "KEY" is set twice.',
    ],
    ['a text that is no YAML', swap('metadata:', 'metadata: ['), 'error name: report'],
  ]
  for (const [what, text, wanted] of faults)
    it(`underlines ${what}`, () => {
      const found = errors(text)
      if (what !== 'a text that is no YAML') assert.deepEqual(found, [wanted])
      else assert.equal(found.length, 1)
    })

  it('underlines every fault, not only the first', () => {
    const text = swap('Forbid', 'Never').replace('backoffLimit: 2', 'backoffLimit: x').replace('full', '3')
    assert.equal(errors(text).length, 3)
  })

  it('names a field that Kubernetes does not know, and the one that was meant', () => {
    const text = swap('concurrencyPolicy', 'concurencyPolicy')
    const problem = inspectManifest(text).problems.find(({ severity }) => severity === 'warning')
    assert.equal(text.slice(problem?.start, problem?.end), 'concurencyPolicy')
    assert.match(problem?.message ?? '', /no field that Kubernetes knows.*Did you mean concurrencyPolicy\?/)
    assert.equal(problem?.replacement, 'concurrencyPolicy')
  })

  it('calls a container without a command a warning: a cluster takes it', () => {
    assert.match(
      told(swap(/ +command.*\n/, ''))[0] ?? '',
      /^warning name: report: containers\.0: has no command; on local/,
    )
  })

  it('reads the other documents beside one that is broken', () => {
    const text = `${manifest}---\nkind: CronJob\nmetadata: [\n---\n${swap('nightly-report', 'second')}`
    const { cronJobs, problems } = inspectManifest(text)
    assert.deepEqual(
      cronJobs.map(({ name }) => name).filter(name => name !== undefined),
      ['nightly-report', 'second'],
    )
    assert.equal(problems.filter(({ severity }) => severity === 'error').length, 1)
  })

  it('says nothing of other objects, however broken', () => {
    assert.deepEqual(told('kind: ConfigMap\ndata: [\n'), [])
    assert.deepEqual(inspectManifest('a: 1\n').cronJobs, [])
  })

  it('says nothing of what a template of Helm fills in', () => {
    assert.deepEqual(errors(swap('name: nightly-report', 'name: {{ .Release.Name }}-x')), [])
    assert.deepEqual(errors(swap('nightly-report', '"{{ .Release.Name }}"')), [])
    assert.deepEqual(errors(swap('backoffLimit: 2', 'backoffLimit: {{ .Values.limit }}')), [])
  })

  it('underlines exactly what apply refuses to read', () => {
    const pieces = [
      'batch/v1',
      'Forbid',
      'nightly-report',
      '"0 2 * * *"',
      'full',
      '"date"',
      'command: ["sh", "-c", "date"]',
    ]
    const junk = fc.constantFrom('', '3', 'x', '[', '{}', '"a', '- b', 'null')
    fc.assert(
      fc.property(fc.constantFrom(...pieces), junk, (piece, other) => {
        const text = manifest.replace(piece, other)
        const refused = inspectManifest(text).problems.some(
          ({ severity, message }) => severity === 'error' || /has no command/.test(message),
        )
        let thrown = false
        try {
          parseManifest(text, 'x.yaml')
        } catch {
          thrown = true
        }
        if (thrown) assert.ok(refused, `apply refuses this and nothing is underlined:\n${text}`)
      }),
    )
  })

  it('has ranges that lie in the text, and values that stand there', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const { schedule = fc.string(), ...others } = Object.fromEntries(
      manifestLevels.spec.known.map(field => [
        field,
        fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar)),
      ]),
    ) as Record<string, fc.Arbitrary<unknown>>
    const job = fc.record({
      kind: fc.constant('CronJob'),
      apiVersion: scalar,
      metadata: fc.record({ name: fc.string() }),
      spec: fc.record({ ...others, schedule: fc.oneof(schedule, fc.string()) }, { requiredKeys: [] }),
    })
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 3 }), jobs => {
        const text = jobs.map(each => stringify(each, { lineWidth: 0 })).join('---\n')
        const { cronJobs, problems } = inspectManifest(text)
        assert.equal(cronJobs.length, jobs.length)
        for (const { start, end } of problems) assert.ok(0 <= start && start < end && end <= text.length + 1)
        for (const [i, found] of cronJobs.entries()) {
          const written = jobs[i]?.spec['schedule']
          assert.equal(found.schedule?.schedule.value, typeof written === 'string' ? written : undefined)
          const { at, value } = found.schedule?.schedule ?? {}
          if (at !== undefined) assert.equal(text.slice(at, at + value!.length), value)
        }
      }),
    )
  })

  it('tells one problem of a text that no editor should have to read', () => {
    const { cronJobs, problems } = inspectManifest(`kind: CronJob\n${'# \n'.repeat(400_000)}`)
    assert.deepEqual(cronJobs, [])
    assert.match(problems[0]?.message ?? '', /larger than 1024 KiB/)
  })
})
