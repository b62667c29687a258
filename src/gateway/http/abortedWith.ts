import type { ServerResponse } from 'node:http'
import { HksError } from '../../contract/errors.ts'
import { onceClosed } from './onceClosed.ts'

/** Is aborted when the client goes away before the answer is complete. */
export function abortedWith(response: ServerResponse): AbortController {
  const controller = new AbortController()
  onceClosed(response, () => {
    if (!response.writableFinished) controller.abort(new HksError('CANCELLED', 'The client went away.'))
  })
  return controller
}
