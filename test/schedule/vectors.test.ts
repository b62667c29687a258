import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateTimeZone } from '../../src/schedule/index.ts'
import { nextRun, nextRuns } from '../../src/schedule/next.ts'
import { parseSchedule } from '../../src/schedule/parse.ts'
import { zoneOf } from '../../src/schedule/zone.ts'

/** What generator/main.go wrote: the behaviour of robfig/cron v3.0.1, which Kubernetes uses. */
const fixtures = join(import.meta.dirname, '../fixtures/schedule')
const linesOf = (file: string): unknown[] =>
  readFileSync(join(fixtures, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)

type Vector = [zone: number, start: number, text: string, steps: number[]]
interface ZoneTable {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly changes: [at: number, offset: number][]
}
const zones = JSON.parse(readFileSync(join(fixtures, 'zones.json'), 'utf8')) as {
  readonly tzdata: string
  readonly nearAChange: number
  readonly zones: ZoneTable[]
  readonly accepted: string[]
  readonly refused: string[]
}
const vectors = linesOf('vectors.jsonl') as Vector[]
const refused = linesOf('refused.jsonl') as string[]

const timesOf = ([, start, , steps]: Vector): number[] => {
  let last = Math.floor(start / 1000)
  return steps.map(step => (last += step) * 1000)
}

const iso = (instants: readonly number[]) => instants.map(instant => new Date(instant).toISOString())

describe('the table made by robfig/cron', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  it('is as large and as hard as it should be', () => {
    assert.ok(vectors.filter(([, , , steps]) => steps.length === 8).length >= 3000)
    assert.ok(zones.zones.length >= 12)
    assert.ok(zones.nearAChange >= vectors.length / 2, `${zones.nearAChange} of ${vectors.length} are near a change`)
    assert.ok(vectors.filter(([, , text]) => /(^|\s|,)[*?][^\s,]*,|,[*?]/.test(text)).length >= 500)
    assert.ok(refused.length >= 300)
  })

  for (const table of zones.zones) {
    it(`shares its clock changes in ${table.name} with this JavaScript's Intl`, () => {
      const zone = zoneOf(table.name)
      const expected: [number, number][] = [[table.from, table.offset], ...table.changes]
      const found: [number, number][] = [[table.from, zone.segmentAt(table.from).offset]]
      for (let at = table.from; ; ) {
        const { end, offset } = zone.segmentAt(at)
        if (end > table.to) break
        const after = zone.segmentAt(end).offset
        if (after !== offset) found.push([end, after])
        at = end
      }
      const show = (changes: [number, number][]) =>
        changes.map(([at, offset]) => `${new Date(at * 1000).toISOString()} ${offset} s`)
      assert.deepEqual(
        show(found),
        show(expected),
        `The time zone data of this Node (tzdata ${process.versions['tz']}) and of the table (tzdata ${zones.tzdata}) differ about ${table.name}: the vectors of this zone cannot be judged here.`,
      )
    })
  }

  it('gives the same times for every vector', () => {
    const wrong: string[] = []
    for (const vector of vectors) {
      const [zone, start, text] = vector
      const { name } = zones.zones[zone]!
      const parsed = parseSchedule(text)
      const expected = timesOf(vector)
      const found = parsed.ok ? nextRuns(parsed.schedule, start, name, 8) : []
      if (!parsed.ok || JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push(
          `${JSON.stringify(text)} in ${name} after ${new Date(start).toISOString()}\n  expected ${iso(expected).join(' ')}\n  found    ${parsed.ok ? iso(found).join(' ') : parsed.error.message}`,
        )
    }
    assert.equal(wrong.length, 0, `${wrong.length} of ${vectors.length} differ:\n${wrong.slice(0, 20).join('\n')}`)
  })

  it('ends where the schedule ends', () => {
    const ending = vectors.filter(([, , , steps]) => steps.length < 8)
    assert.ok(ending.length > 20)
    for (const vector of ending) {
      const [zone, start, text] = vector
      const parsed = parseSchedule(text)
      assert.ok(parsed.ok)
      assert.equal(nextRun(parsed.schedule, timesOf(vector).at(-1) ?? start, zones.zones[zone]!.name), undefined, text)
    }
  })

  it('refuses the same texts, and says where', () => {
    for (const text of refused) {
      const parsed = parseSchedule(text)
      assert.ok(!parsed.ok, `${JSON.stringify(text)} is accepted`)
      const { position = 0, length = 0, message } = parsed.error
      assert.ok(position >= 0 && length >= 0 && position + length <= text.length, `${JSON.stringify(text)}: ${message}`)
      assert.ok(message.length > 10)
    }
  })

  it('refuses and accepts the same time zones', () => {
    for (const name of zones.refused) assert.equal(validateTimeZone(name).ok, false, JSON.stringify(name))
    // "Factory" is in tzdata but is no place; Intl does not compute it.
    for (const name of zones.accepted.filter(one => one !== 'Factory'))
      assert.deepEqual(validateTimeZone(name), { ok: true }, name)
  })
})
