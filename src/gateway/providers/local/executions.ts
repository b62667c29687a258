import { type HksError, invalidField } from '../../../contract/errors.ts'
import type { Executions } from '../../domain/ports.ts'
import type { Controller } from './controller.ts'

/** Runs of this machine, started and ended by hand. */
export const createLocalExecutions = (
  controller: Controller,
  projectFolder: (projectId: string) => Promise<string>,
): Executions => ({
  trigger: async (cronJobId, options) => {
    const job = controller.job(cronJobId)
    if (options.image !== undefined) throw imageRefused(options.image)
    // A person waits for the answer: better refused than a run that fails at once.
    if (job.record().spec.target.kind === 'command') await projectFolder(job.record().projectId)
    return job.trigger(options)
  },
  stop: async executionId => {
    await controller.run(executionId)?.stop({ reason: 'Stopped', cause: 'It was stopped by hand.' })
  },
})

const imageRefused = (image: string): HksError =>
  invalidField(
    'image',
    image,
    'a run on this machine is a process of it and has no image.',
    'Leave it out, or run the CronJob on a cluster.',
  )
