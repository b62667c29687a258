import assert from 'node:assert/strict'
import { readManifests } from '../../../../../src/gateway/providers/kubernetes/installation/manifest.ts'

const read = (content: string) => readManifests([{ name: 'a.yaml', content }]).map(({ manifest }) => manifest)
const object = (name: string, more = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`

describe('manifests', () => {
  it('are read in the order of the names of their files', () => {
    const files = ['10-b.yaml', '2-c.yaml', '1-a.yaml'].map(name => ({ name, content: object(`of-${name}`) }))
    assert.deepEqual(
      readManifests(files).map(({ file }) => file),
      ['1-a.yaml', '10-b.yaml', '2-c.yaml'],
    )
  })

  it('may be empty between two lines of dashes, and a List stands for its items', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: two}\n'
    const found = read(`# nothing\n---\n${object('one')}---\n\n---\n${list}`)
    assert.deepEqual(
      found.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ['ConfigMap one', 'Secret two'],
    )
  })

  it('are read as kubectl reads them: octal modes, yes and no, but no times and no numbers in base 60', () => {
    const [found] = read(object('x', 'data: {mode: 0644, on-call: yes, day: 2026-01-01, ports: 22:30}'))
    assert.deepEqual(found?.['data'], { mode: 0o644, 'on-call': true, day: '2026-01-01', ports: '22:30' })
  })

  for (const [what, content, problem] of [
    ['no YAML', 'a: [', /a\.yaml, line \d+: /],
    ['a text', 'hello', /a\.yaml, line 1: it is no object of Kubernetes/],
    ['no kind', `${object('x')}---\napiVersion: v1\nmetadata: {name: y}\n`, /a\.yaml, line 5: it has no kind/],
    ['no name', 'apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n', /it has no metadata\.name/],
    ['nothing', '# only words\n', /there is no object/],
  ] as const) {
    it(`with ${what} are refused, with file and line`, () => {
      assert.throws(() => read(content), { code: 'INVALID_REQUEST', message: problem })
    })
  }
})
