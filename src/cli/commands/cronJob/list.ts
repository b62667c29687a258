import type { Command } from 'commander'
import type { CronJob } from '../../../contract/cronJobs.ts'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { table } from '../../output/table.ts'
import { relative } from '../../output/time.ts'
import { findProject } from '../../project.ts'
import { cronJobsOf } from '../../resources.ts'

/** `cronjob list` */
export function addList(cronJob: Command, run: Run): void {
  cronJob
    .command('list')
    .alias('ls')
    .description("list the project's CronJobs")
    .addHelpText('after', examples('hks-func cronjob list --project hello-hks'))
    .action((_options: object, command: Command) =>
      run(command, async context => {
        const project = await findProject(context)
        const items = project ? await cronJobsOf(context, project.id) : []
        const now = context.now()
        context.out.result({ items }, () =>
          items.length === 0
            ? `${project?.name ?? context.cwd} has no CronJobs. Begin with hks-func cronjob create.`
            : table(
                ['name', 'schedule', 'time zone', 'suspend', 'active', 'last run', 'next run'],
                items.map(job => [
                  job.name,
                  job.schedule,
                  job.timeZone ?? 'UTC (assumed)',
                  job.suspend ? 'yes' : 'no',
                  String(job.active),
                  lastRun(job, now),
                  relative(job.nextExecutionAt, now),
                ]),
              ),
        )
      }),
    )
}

function lastRun(job: CronJob, now: number): string {
  const [last] = job.recentExecutions
  return last ? `${last.status} ${relative(last.startedAt, now)}` : '-'
}
