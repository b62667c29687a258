/** What a process needs whose clock is so many milliseconds ahead; Node loads this file before all else. */
export const shiftedClock = (milliseconds: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import ${import.meta.url}`,
  HKS_TEST_CLOCK_AHEAD_MS: String(milliseconds),
})

const ahead = Number(process.env['HKS_TEST_CLOCK_AHEAD_MS'] ?? 0)
const real = Date.now
if (ahead !== 0) {
  Date.now = () => real() + ahead
  globalThis.Date = new Proxy(Date, {
    construct: (date, args: [] | [number]) => (args.length === 0 ? new date(Date.now()) : new date(...args)),
  })
}
