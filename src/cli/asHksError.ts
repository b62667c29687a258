import { CommanderError } from 'commander'
import { HksError } from '../contract/errors.ts'
import { errnoOf, systemError } from '../contract/systemErrors.ts'

/** Any error as one of ours: what commander refuses, what the operating system refuses, and what nobody foresaw. */
export function asHksError(error: unknown): HksError {
  if (error instanceof HksError) return error
  if (error instanceof CommanderError) return usageError(error)
  const known = systemError(error)
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : String(error)
  // One that has no sentence of its own, such as an address that is in use.
  if (errnoOf(error) !== undefined) return new HksError('INVALID_REQUEST', `${message}.`, { cause: error })
  return new HksError('INTERNAL', message, { cause: error })
}

function usageError(cause: CommanderError): HksError {
  // Commander has shown the help in place of a sentence.
  if (cause.code === 'commander.help') return new HksError('INVALID_REQUEST', 'A subcommand is missing.', { cause })
  const message = cause.message.replace(/^error: /, '')
  return new HksError('INVALID_REQUEST', message, { cause, hint: 'Add --help for the options.' })
}
