import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { fieldsWithoutEffect, parseFunctionYaml, usedFields } from '../../src/scaffold/functionYaml.ts'
import { functionYamlSchema } from '../../src/scaffold/functionYamlSchema.ts'
import { inspectFunctionYaml } from '../../src/scaffold/inspectFunctionYaml.ts'

const text = `# Try it
name: greet
runtime: python
handler: main.handler
environment:
  GREETING: Hello
  RETRIES: 3
timeout: 10
schedules:
  - schedule: "0 2 * * *"
    timeZone: Europe/Berlin
  - cron: none
`
const swap = (from: string, to: string): string => {
  assert.ok(text.includes(from))
  return text.replace(from, to)
}
const told = (of: string): string[] =>
  inspectFunctionYaml(of).problems.map(p => `${p.severity} ${of.slice(p.start, p.end)}: ${p.message}`)

describe('a function.yaml that is edited', () => {
  it('has nothing wrong but what has no effect here', () => {
    assert.deepEqual(told(text), ['hint schedules: schedules has no effect on this machine.'])
  })

  it('says its name, its runtime, and where its schedules stand', () => {
    const { head, name, runtime, schedules } = inspectFunctionYaml(text)
    assert.deepEqual([text.slice(head.start, head.end), name, runtime], ['name', 'greet', 'python'])
    assert.deepEqual(
      schedules.map(({ entry, timeZone }) => [text.slice(entry.start, entry.end), timeZone?.value]),
      [['schedule: "0 2 * * *"', 'Europe/Berlin']],
    )
  })

  it('says its image', () => {
    const own = 'name: shop\nimage: registry.example.com/shop:1\n'
    const { image, runtime } = inspectFunctionYaml(own)
    assert.deepEqual([image, runtime, told(own)], ['registry.example.com/shop:1', undefined, []])
  })

  const faults: [what: string, text: string, wanted: RegExp][] = [
    ['a field that is none', swap('handler:', 'handlr:'), /^error handlr: handlr: is not a field of function\.yaml\.$/],
    ['a runtime that is none', swap('python', 'pyton'), /^error pyton: runtime: must be one of python, node, go\.$/],
    ['a name that is not allowed', swap('greet', 'Greet'), /^error Greet: name: "Greet" is not allowed \(Lower-case/],
    [
      'a name that ends in a hyphen',
      swap('greet', 'greet-'),
      /^error greet-: name: .* \(Lower-case letters, digits and "-", at most 52 characters; begins and ends with a letter or a digit\)\.$/,
    ],
    ['a timeout that is too long', swap('10', '99999'), /^error 99999: timeout: 99999 must be at most 3600\.$/],
    ['a list as a variable', swap('Hello', '[1]'), /^error GREETING: GREETING: must be plain text\.$/],
    ['a missing name', swap('name: greet\n', ''), /^error runtime: name: is missing/],
    ['a name that is a number', swap('greet', '123'), /^error 123: name: 123 must be text\.$/],
    ['a handler that is a number', swap('main.handler', '5'), /^error 5: handler: 5 must be text\.$/],
    [
      'a second document',
      `${text}--- # another\n# of them\nname: b\n`,
      /^error ---: holds a second document; one file describes one function\.$/,
    ],
    ['a second document that is no YAML', `${text}---\nname: [b\n`, /^error ./],
    ['a text that is no YAML', swap('Hello', '[1'), /^error ./],
    ['an empty text', '', /^error : must hold fields/],
  ]
  for (const [what, faulty, wanted] of faults)
    it(`underlines ${what}`, () => {
      const errors = told(faulty).filter(line => line.startsWith('error'))
      assert.equal(errors.length, 1, errors.join('\n'))
      assert.match(errors[0]!, wanted)
    })

  it('knows what was meant by a typing error', () => {
    const meant = (of: string) => inspectFunctionYaml(of).problems.find(({ severity }) => severity === 'error')
    assert.equal(meant(swap('handler:', 'handlr:'))?.replacement, 'handler')
    assert.equal(meant(swap('python', 'pyton'))?.replacement, 'python')
  })
})

describe('the JSON schema of function.yaml', () => {
  const shipped: unknown = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../schemas/function.schema.json'), 'utf8'),
  )
  const check = new Ajv({ strict: false }).compile(functionYamlSchema())

  it('is shipped as it is made: npm run schema renews it', () => {
    assert.deepEqual(shipped, JSON.parse(JSON.stringify(functionYamlSchema())))
  })

  it('describes every field that the reader knows, and no other', () => {
    const { properties } = shipped as { properties: Record<string, { description?: string }> }
    assert.deepEqual(Object.keys(properties), [...usedFields, ...fieldsWithoutEffect])
    assert.deepEqual(
      Object.values(properties).filter(
        ({ description = '' }) => description.length < 10 && description !== 'The language',
      ),
      [],
    )
  })

  /** Near what a file may hold, so that many are right. */
  const scalar = fc.oneof(
    fc.constantFrom('a', 'main.handler', '3.12', 'A/b', '', '256Mi'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const field = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 40, arbitrary: valid },
      { weight: 1, arbitrary: fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar)) },
    )
  const file = fc.record(
    {
      name: field(fc.constantFrom('greet', 'a-b', 'n'.repeat(52), 'n'.repeat(53))),
      runtime: field(fc.constantFrom('python', 'node', 'go')),
      runtimeVersion: field(fc.constantFrom('3.12', '24', 3, 24)),
      handler: field(fc.constant('main.handler')),
      description: field(fc.string()),
      environment: field(fc.dictionary(fc.constantFrom('A', 'B_1', 'C'), scalar)),
      secrets: field(
        fc.array(fc.record({ name: fc.constantFrom('KEY', 'OTHER'), from: fc.constantFrom('api/key', 'api.v1/KEY') })),
      ),
      timeout: field(fc.constantFrom(1, 30, 3600, 3601)),
      scaling: field(
        fc.record({ minScale: fc.nat(100), maxScale: fc.integer({ min: 1, max: 100 }) }, { requiredKeys: [] }),
      ),
      resources: field(
        fc.record(
          { cpu: scalar, memory: fc.constant('1Gi'), cpuSeconds: fc.integer({ min: 1, max: 1_000_000 }) },
          { requiredKeys: [] },
        ),
      ),
      profile: field(fc.constant('agent')),
      network: field(fc.constantFrom('full', 'none', 'allowlist')),
      allowedHosts: field(fc.array(fc.constant('example.com'), { minLength: 1 })),
      public: field(fc.boolean()),
      schedules: field(fc.array(fc.anything())),
      extra: fc.constantFrom(undefined, undefined, undefined, 1),
    },
    { requiredKeys: ['name', 'runtime'] },
  )

  it('takes exactly what the reader takes and the contract allows', () => {
    const counts = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(file, fields => {
        const { extra, schedules, ...rest } = fields
        const written = {
          ...rest,
          ...(extra === undefined ? {} : { extra }),
          ...(schedules === undefined ? {} : { schedules: [] }),
        }
        const yaml = stringify(written)
        const isTaken = !inspectFunctionYaml(yaml).problems.some(({ severity }) => severity === 'error')
        assert.equal(check(written), isTaken, `${yaml}\n${JSON.stringify(check.errors)}\n${told(yaml).join('\n')}`)
        if (isTaken) assert.doesNotThrow(() => parseFunctionYaml(yaml, 'function.yaml'))
        counts[isTaken ? 'taken' : 'refused'] += 1
      }),
      { numRuns: 300 },
    )
    assert.ok(counts.taken > 30 && counts.refused > 30, JSON.stringify(counts))
  })
})
