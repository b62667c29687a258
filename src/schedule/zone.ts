/** A span of time in which a zone's clock keeps one distance from UTC. Instants in seconds since 1970 UTC. */
export interface Segment {
  /** First second of the span. */
  readonly start: number
  /** First second behind the span. */
  readonly end: number
  /** Seconds to add to UTC. */
  readonly offset: number
  /** From here on a local time that lies in the span is not also one of the span before. */
  readonly safeStart: number
  /** From here on a local time that lies in the span may also be one of the next span. */
  readonly safeEnd: number
}

/** The clock of one time zone. */
export interface Zone {
  readonly name: string
  /** The span that holds an instant (seconds since 1970). A span may be cut where nothing changes. */
  segmentAt(second: number): Segment
}

/** Spans are computed for this many seconds (about two years) at a time. */
const chunkSeconds = 2 ** 26
/**
 * Distance of the samples between which a change is sought. In all of tzdata since 1970 no offset lasts less than
 * 6.95 days before the clock returns to the one before it (Recife, October 2000).
 */
const sampleSeconds = 6 * 86_400
/** JavaScript's Date ends here. */
const lastSecond = 8_640_000_000_000
/** Zones and chunks kept; tables beyond these are forgotten, oldest first. */
const zonesKept = 64
const chunksKept = 32

const always: Segment = {
  start: -Infinity,
  end: Infinity,
  offset: 0,
  safeStart: -Infinity,
  safeEnd: Infinity,
}
const utc: Zone = { name: 'UTC', segmentAt: () => always }

/** A cache and nothing else: the same name always gives an equal zone, so that its state can't be observed. */
const zones = new Map<string, Zone>()

/**
 * The clock of a zone as this JavaScript's Intl knows it.
 * @throws RangeError when Intl does not know the name.
 */
export function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'Etc/UTC') return utc
  let zone = zones.get(name)
  if (!zone) {
    zone = tabulated(name, offsetReader(name))
    forgetOldest(zones, zonesKept)
    zones.set(name, zone)
  }
  return zone
}

/** A zone whose spans are found by bisection over `offsetAt`, a chunk at a time, and kept. */
function tabulated(name: string, offsetAt: (second: number) => number): Zone {
  const chunks = new Map<number, readonly Segment[]>()
  let recent = always
  const segmentAt = (second: number): Segment => {
    if (second >= recent.start && second < recent.end && recent !== always) return recent
    const index = Math.floor(second / chunkSeconds)
    let chunk = chunks.get(index)
    if (!chunk) {
      chunk = chunkOf(index, offsetAt)
      forgetOldest(chunks, chunksKept)
      chunks.set(index, chunk)
    }
    return (recent = chunk.find(segment => second < segment.end) ?? chunk.at(-1)!)
  }
  return { name, segmentAt }
}

function chunkOf(index: number, offsetAt: (second: number) => number): Segment[] {
  const from = index * chunkSeconds
  const to = from + chunkSeconds
  const starts = [from]
  const offsets = [offsetAt(from)]
  for (let at = from; at < to; ) {
    const next = Math.min(at + sampleSeconds, to - 1)
    const offset = offsetAt(next)
    if (offset !== offsets.at(-1)) {
      starts.push(changeBetween(at, next, offsets.at(-1)!, offsetAt))
      offsets.push(offset)
    }
    at = next === to - 1 ? to : next
  }
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? to
    const offset = offsets[i]!
    const before = i > 0 ? offsets[i - 1]! : offsetAt(from - sampleSeconds)
    const after = i < offsets.length - 1 ? offsets[i + 1]! : offsetAt(to + sampleSeconds)
    return {
      start,
      end,
      offset,
      safeStart: start + Math.abs(offset - before),
      safeEnd: end - Math.abs(offset - after),
    }
  })
}

/** The first second that no longer has the offset `before`. */
function changeBetween(from: number, to: number, before: number, offsetAt: (second: number) => number): number {
  let same = from
  let other = to
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    if (offsetAt(middle) === before) same = middle
    else other = middle
  }
  return other
}

/** Reads a zone's distance from UTC in seconds at an instant in seconds, from Intl. */
function offsetReader(name: string): (second: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  return second => {
    const text = format.format(Math.max(-lastSecond, Math.min(lastSecond, second)) * 1000)
    const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
    if (!found) throw new RangeError(`Intl gives no offset for ${name}: ${text}`)
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = found
    const distance = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    return sign === '-' ? -distance : distance
  }
}

function forgetOldest<V>(map: Map<unknown, V>, kept: number): void {
  if (map.size < kept) return
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
