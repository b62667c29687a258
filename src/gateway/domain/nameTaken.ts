import { HksError } from '../../contract/errors.ts'

/** The answer to a name that another application of the project has. `what` is its kind, such as `CronJob`. */
export const nameTaken = (name: string, what = 'CronJob'): HksError =>
  new HksError('CONFLICT', `The project has a ${what} named "${name}" already.`, {
    details: { field: 'name', value: name },
    hint: 'Choose another name, or change the one that exists.',
  })
