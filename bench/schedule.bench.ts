import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CronExpressionParser } from 'cron-parser'
import { Cron } from 'croner'
import { nextRun, nextRuns } from '../src/schedule/next.ts'
import { parseSchedule } from '../src/schedule/parse.ts'
import { type BenchRow, ms, quantile } from './row.ts'

interface Case {
  readonly text: string
  readonly timeZone: string
  readonly start: number
}

const rounds = 15
/** A round of cron-parser takes seconds. */
const peerRounds = 2
const runsEach = 8
const year = 365 * 86_400_000
const newYear = Date.UTC(2026, 0, 1)

/** Measures `next` against cron-parser and croner on the vectors, and a year of every minute. */
export async function run(): Promise<BenchRow[]> {
  return [...againstPeers(), yearOfMinutes('UTC', 60), yearOfMinutes('Europe/Berlin', 150)]
}

/**
 * Eight runs of each vector that all three libraries take. Peers get their parsed form too: what is measured is next,
 * not parsing.
 */
function againstPeers(): BenchRow[] {
  const cases = vectors().filter(one => takenByPeers(one))
  const ours = cases.map(({ text, timeZone, start }) => {
    const parsed = parseSchedule(text)
    if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`)
    return () => {
      let last: number | undefined = start
      for (let i = 0; i < runsEach && last !== undefined; i++) last = nextRun(parsed.schedule, last, timeZone)
    }
  })
  const cronParser = cases.map(({ text, timeZone, start }) => {
    const expression = CronExpressionParser.parse(text, { tz: timeZone, currentDate: start })
    return () => {
      expression.reset(new Date(start))
      for (let i = 0; i < runsEach; i++) expression.next()
    }
  })
  const croner = cases.map(({ text, timeZone, start }) => {
    const cron = new Cron(text, { timezone: timeZone, paused: true })
    return () => cron.nextRuns(runsEach, new Date(start))
  })
  const calls = cases.length * runsEach
  const all = (work: readonly (() => void)[]) => () => work.forEach(one => one())
  const a = measure(rounds, all(ours))
  const b = measure(peerRounds, all(cronParser))
  const c = measure(peerRounds, all(croner))
  const each = ({ median, p95 }: Times) =>
    `${((median / calls) * 1000).toFixed(2)} µs each (p95 ${((p95 / calls) * 1000).toFixed(2)} µs)`
  return (
    [
      ['cron-parser', b],
      ['croner', c],
    ] as const
  ).map(([name, peer]) => {
    const factor = peer.median / a.median
    return {
      name: `schedule next, ${cases.length} vectors × ${runsEach}, against ${name}`,
      ours: each(a),
      peer: `${each(peer)}, ${factor.toFixed(0)}× ours`,
      aim: '≥ 10×',
      ok: factor >= 10,
    }
  })
}

function yearOfMinutes(timeZone: string, aimMs: number): BenchRow {
  const parsed = parseSchedule('* * * * *')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const count = year / 60_000
  const times = measure(rounds, () => {
    const kept = nextRuns(parsed.schedule, newYear, timeZone, count)
    if (kept.length !== count) throw new Error(`${kept.length} runs instead of ${count}`)
  })
  return {
    name: `a year of * * * * * in ${timeZone}, results kept`,
    ours: `${ms(times.median)} (p95 ${ms(times.p95)})`,
    aim: `< ${aimMs} ms`,
    ok: times.median < aimMs,
  }
}

function vectors(): Case[] {
  const fixtures = join(import.meta.dirname, '../test/fixtures/schedule')
  const { zones } = JSON.parse(readFileSync(join(fixtures, 'zones.json'), 'utf8')) as { zones: { name: string }[] }
  return readFileSync(join(fixtures, 'vectors.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as [number, number, string, number[]])
    .filter(([, , , steps]) => steps.length === runsEach)
    .map(([zone, start, text]) => ({ text, timeZone: zones[zone]!.name, start }))
}

/** Both accept the text and find the runs (cron-parser gives up on some in zones that shift by half an hour). */
function takenByPeers({ text, timeZone, start }: Case): boolean {
  if (timeZone === 'Australia/Lord_Howe' || text.startsWith('@every')) return false
  try {
    const expression = CronExpressionParser.parse(text, { tz: timeZone, currentDate: start })
    for (let i = 0; i < runsEach; i++) expression.next()
    return new Cron(text, { timezone: timeZone, paused: true }).nextRuns(runsEach, new Date(start)).length === runsEach
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

interface Times {
  readonly median: number
  readonly p95: number
}

/** Milliseconds of `count` rounds, after one that warms up. */
function measure(count: number, work: () => void): Times {
  work()
  const times = Array.from({ length: count }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95) }
}
