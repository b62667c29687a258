import type { Command } from 'commander'
import type { Run } from '../context.ts'
import { addApply } from './cronJob/apply.ts'
import { addCreate } from './cronJob/create.ts'
import { addDelete } from './cronJob/delete.ts'
import { addHistory } from './cronJob/history.ts'
import { addList } from './cronJob/list.ts'
import { addLogs } from './cronJob/logs.ts'
import { addResume } from './cronJob/resume.ts'
import { addStop } from './cronJob/stop.ts'
import { addSuspend } from './cronJob/suspend.ts'
import { addTrigger } from './cronJob/trigger.ts'
import { addUpdate } from './cronJob/update.ts'
import { examples } from '../help.ts'

/** `cronjob …`: everything about CronJobs. */
export function addCronJob(program: Command, run: Run): void {
  const cronJob = program
    .command('cronjob')
    .alias('cj')
    .description('CronJobs of the project')
    .addHelpText('after', examples('hks-func cronjob list', 'hks-func cronjob create --help'))
  for (const add of [
    addApply,
    addList,
    addCreate,
    addUpdate,
    addTrigger,
    addStop,
    addSuspend,
    addResume,
    addDelete,
    addHistory,
    addLogs,
  ]) {
    add(cronJob, run)
  }
}
