import { namePatterns } from '../../contract/names.ts'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { TriggerRequest } from '../../contract/executions.ts'
import type { Localize } from './localize.ts'
import { parseWords } from '../../base/shellWords.ts'

/** What the user typed for a run with changes; remembered for each CronJob. */
export interface TypedRun {
  /** Arguments as a line of shell words. */
  readonly args: string
  /** Variables as `NAME=VALUE` words. */
  readonly environment: string
  /** Empty for that of the CronJob. */
  readonly image: string
}

const variable = new RegExp(namePatterns.variable)

/** What is wrong with a line of words, as a sentence. */
export const wordsProblem = (line: string, t: Localize): string | undefined =>
  parseWords(line) === undefined ? t('A quote is not closed.') : undefined

/** What is wrong with a line of variables, as a sentence. */
export function variablesProblem(line: string, t: Localize): string | undefined {
  for (const word of parseWords(line) ?? []) {
    const [name = '', ...value] = word.split('=')
    if (value.length === 0 || !variable.test(name)) return t('Write NAME=VALUE, not {0}.', word)
  }
  return wordsProblem(line, t)
}

/** The body that starts the run; what is as the CronJob has it is left out. */
export function triggerBody({ args: known = [] }: CronJob, { args, environment, image }: TypedRun): TriggerRequest {
  const words = parseWords(args) ?? []
  const variables = (parseWords(environment) ?? []).map(word => {
    const at = word.indexOf('=')
    return [word.slice(0, at), word.slice(at + 1)] as const
  })
  return {
    ...(JSON.stringify(words) === JSON.stringify(known) ? {} : { args: [...words] }),
    ...(variables.length === 0 ? {} : { environment: Object.fromEntries(variables) }),
    ...(image.trim() === '' ? {} : { image: image.trim() }),
  }
}
