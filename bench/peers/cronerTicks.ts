/** croner starts the command of the arguments at every second, for a minute; prints how late each was. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Cron } from 'croner'

const [seconds, program, ...args] = process.argv.slice(2)
const started: number[] = []
const ran: Promise<number>[] = []
const run = promisify(execFile)

const cron = new Cron('* * * * * *', () => {
  const now = Date.now()
  const nominal = Math.round(now / 1000) * 1000
  started.push(now - nominal)
  ran.push(run(program!, args).then(({ stdout }) => Number(BigInt(stdout) / 1000n) / 1000 - nominal))
})
setTimeout(() => {
  cron.stop()
  void Promise.all(ran).then(late => console.log(JSON.stringify({ started, ran: late })))
}, Number(seconds) * 1000)
