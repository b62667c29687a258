/** croner with so many jobs that do not fire; prints the processor time of some idle seconds and its memory. */
import { Cron } from 'croner'

const [seconds, ...schedules] = process.argv.slice(2)
const jobs = schedules.map(schedule => new Cron(schedule, { timezone: 'Europe/Berlin' }, () => undefined))

setTimeout(() => {
  const before = process.cpuUsage()
  setTimeout(() => {
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }))
    for (const job of jobs) job.stop()
  }, Number(seconds) * 1000)
}, 3000)
