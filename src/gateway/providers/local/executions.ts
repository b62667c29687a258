import type { Executions } from '../../domain/ports.ts'
import type { Controller } from './controller.ts'

/** Runs of this machine, started and ended by hand. */
export const createLocalExecutions = (
  controller: Controller,
  projectFolder: (projectId: string) => Promise<string>,
): Executions => ({
  trigger: async (cronJobId, options) => {
    const job = controller.job(cronJobId)
    // A person waits for the answer: better refused than a run that fails at once.
    if (job.record().spec.target.kind === 'command') await projectFolder(job.record().projectId)
    return job.trigger(options)
  },
  stop: async executionId => {
    await controller.run(executionId)?.stop({ reason: 'Stopped', cause: 'It was stopped by hand.' })
  },
})
