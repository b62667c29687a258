/** One sentence about a clock that went `milliseconds` further than time did; negative: it was set back. */
export function describeJump(milliseconds: number): string {
  const amount = durationText(Math.abs(milliseconds))
  return milliseconds < 0
    ? `The clock was set back by ${amount}. No occurrence runs a second time; CronJobs go on by the new time.`
    : `The machine slept or its clock was set forward, ${amount} in all. Of the occurrences in between only the latest of each CronJob was started.`
}

function durationText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes < 2) return `${Math.round(milliseconds / 1000)} seconds`
  if (minutes < 120) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}
