import assert from 'node:assert/strict'
import { build } from 'esbuild'
import fc from 'fast-check'
import { join } from 'node:path'
import { timeZones, validateTimeZone } from '../../src/schedule/index.ts'
import { zoneOf } from '../../src/schedule/zone.ts'

/** A zone's distance from UTC in seconds, read from a full date instead of an offset's name. */
function offsetFromDate(zone: string, second: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(second * 1000)
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find(part => part.type === type)!.value)
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return local / 1000 - second
}

describe('a zone', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  it('has the same distance from UTC as Intl, at every instant', () => {
    const zones = timeZones()
    const seconds = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 })
    fc.assert(
      fc.property(fc.constantFrom(...zones), seconds, (zone, second) => {
        const segment = zoneOf(zone).segmentAt(second)
        assert.ok(segment.start <= second && second < segment.end)
        for (const at of [second, segment.start, segment.end - 1, segment.end])
          if (Number.isFinite(at))
            assert.equal(zoneOf(zone).segmentAt(at).offset, offsetFromDate(zone, at), `${zone} at ${at}`)
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same answers after more zones and years than it keeps', () => {
    const ask = () => zoneOf('Europe/Berlin').segmentAt(Date.UTC(2026, 6, 1) / 1000)
    const before = ask()
    for (const zone of timeZones().slice(0, 100)) zoneOf(zone).segmentAt(0)
    for (let year = 1900; year < 2100; year++) zoneOf('Europe/Berlin').segmentAt(Date.UTC(year, 0, 1) / 1000)
    assert.deepEqual(ask(), before)
  })

  it('can be asked at the ends of time', () => {
    for (const second of [-8_640_000_000_000, 8_640_000_000_000])
      assert.equal(typeof zoneOf('Europe/Berlin').segmentAt(second).offset, 'number')
  })
})

describe('the list of time zones', () => {
  it('begins with UTC, is sorted, holds no alias, and each is accepted', () => {
    const [first, ...places] = timeZones()
    assert.equal(first, 'UTC')
    assert.deepEqual(places, [...places].sort())
    assert.ok(places.length > 300)
    assert.ok(places.includes('Asia/Kolkata') && !places.includes('Asia/Calcutta') && !places.includes('US/Eastern'))
    for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Calcutta', ...places.slice(0, 50)])
      assert.deepEqual(validateTimeZone(zone), { ok: true }, zone)
  })

  it('is not needed to say what is wrong with a name', () => {
    const message = (zone: string) => {
      const check = validateTimeZone(zone)
      return check.ok ? '' : check.message
    }
    assert.match(message(''), /must be nil or non-empty/)
    assert.match(message('Local'), /explicit time zone/)
    assert.match(message('Mars/Olympus'), /unknown time zone Mars\/Olympus/)
    assert.match(message('asia/tokyo'), /did you mean Asia\/Tokyo\?/)
    assert.match(message('Factory'), /unknown time zone/)
  })
})

describe('what a webview loads', () => {
  const bundle = async (file: string) => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, '../../src/schedule', file)],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    })
    return { inputs: Object.keys(metafile.inputs), bytes: outputFiles[0]!.contents.length }
  }

  for (const [file, kilobytes] of [
    ['parse.ts', 8],
    ['next.ts', 8],
    ['builder.ts', 10],
    ['lintRules.ts', 35],
  ] as const)
    it(`of ${file} is small and holds no package`, async () => {
      const { inputs, bytes } = await bundle(file)
      assert.deepEqual(
        inputs.filter(input => input.includes('node_modules')),
        [],
      )
      assert.ok(bytes < kilobytes * 1024, `${bytes} bytes`)
    })

  it('of describe.ts is the English cronstrue and nothing else', async () => {
    const { inputs, bytes } = await bundle('describe.ts')
    assert.equal(inputs.filter(input => input.includes('node_modules')).length, 1)
    assert.ok(bytes < 45 * 1024, `${bytes} bytes`)
  })
})
