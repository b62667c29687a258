import { mkdir, stat } from 'node:fs/promises'
import { constants } from 'node:os'
import { toInstant } from '../../../base/instant.ts'
import { HksError } from '../../../contract/errors.ts'
import type { ProcessEnd } from '../../platform/processEnd.ts'
import { type ProcessTree, type ProcessTreeTools, startProcessTree } from '../../platform/processTree.ts'
import { type Attempt, type AttemptContext, type AttemptEnd, failedAttempt, type StartAttempt } from './attempt.ts'
import { expandReferences } from './expandReferences.ts'
import { createMask, maskLines } from '../../platform/maskSecrets.ts'
import type { RunLog } from './runLog.ts'
import type { SecretResolver } from './secrets.ts'

/** What commands need. */
export interface CommandAttemptDeps {
  /** Real path of the project's folder: the working folder of its commands. */
  readonly projectFolder: (projectId: string) => Promise<string>
  /** What every process inherits. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly secrets: SecretResolver
  readonly homeId: string
  /** Folder for a run's own files; made before its first attempt. */
  readonly runFolder: (applicationId: string, executionId: string) => string
  readonly tools: ProcessTreeTools
  readonly logOf: (applicationId: string, executionId: string) => RunLog
}

/** Exit codes of a shell that can not run a command (POSIX 2.8.2). */
const notFoundCode = 127
const notExecutableCode = 126

/** Runs a command as a process tree in the project's folder. */
export function createCommandAttempts(deps: CommandAttemptDeps): StartAttempt {
  return async context => {
    const { target } = context
    if (target.kind !== 'command') throw new TypeError('not a command')
    let folder: string
    let environment: Readonly<Record<string, string>>
    let secrets: Readonly<Record<string, string>>
    let marks: Readonly<Record<string, string>>
    try {
      folder = await deps.projectFolder(context.job.projectId)
      secrets = await deps.secrets.resolve(context.job.projectId, context.job.spec.secrets)
      const runFolder = deps.runFolder(context.job.id, context.executionId)
      await mkdir(runFolder, { recursive: true })
      environment = await deps.environment()
      marks = marksOf(context, deps.homeId, runFolder)
    } catch (error) {
      return failedAttempt(sentence(error))
    }
    // The marks come last: by them the processes of a run are found.
    const own = { ...context.job.spec.environment, ...secrets, ...marks }
    const argv = [...target.command, ...target.args].map(text => expandReferences(text, own))
    const [program, ...args] = argv
    if (program === undefined) return failedAttempt('It has no command.')
    const mask = createMask(Object.values(secrets))
    const log = deps.logOf(context.job.id, context.executionId)
    try {
      const tree = await startProcessTree(
        {
          argv: [program, ...args],
          cwd: folder,
          environment: { ...environment, ...own },
          runId: context.executionId,
          onLines: (stream, lines) => log.write(stream, maskLines(lines, mask)),
        },
        deps.tools,
      )
      return attemptOf(tree)
    } catch (error) {
      return notStarted(error as NodeJS.ErrnoException, program, folder, mask)
    }
  }
}

const attemptOf = (tree: ProcessTree): Attempt => ({
  ended: tree.ended.then(describeEnd, (error: unknown) => ({ cause: sentence(error) })),
  end: async graceSeconds => {
    // A failure to end it comes out of `ended`.
    await tree.end(graceSeconds * 1000).catch(() => undefined)
  },
})

function marksOf(
  { job, executionId, jobName, number, trigger, scheduledAt }: AttemptContext,
  homeId: string,
  runFolder: string,
) {
  return {
    HKS_HOME_ID: homeId,
    HKS_RUN_ID: executionId,
    HKS_RUN_FOLDER: runFolder,
    HKS_APPLICATION_ID: job.id,
    HKS_CRONJOB_NAME: job.spec.name,
    HKS_JOB_NAME: jobName,
    HKS_ATTEMPT: String(number),
    HKS_TRIGGER: trigger,
    ...(scheduledAt === undefined ? {} : { HKS_SCHEDULED_AT: toInstant(scheduledAt) }),
  }
}

/** The exit code and cause of a process that ended; a signal counts as 128 + its number, as in a shell. */
export function describeEnd(end: ProcessEnd): AttemptEnd {
  if (end.signal !== undefined) {
    const exitCode = 128 + constants.signals[end.signal]
    return { exitCode, signal: end.signal, cause: `The command was killed by ${end.signal} (${exitCode}).` }
  }
  if (end.exitCode === 0) return { exitCode: 0 }
  const byShell =
    end.exitCode > 128 && end.exitCode <= 128 + 64
      ? Object.entries(constants.signals).find(([, number]) => number === end.exitCode - 128)?.[0]
      : undefined
  const hint =
    byShell !== undefined ? `, as after ${byShell}` : end.exitCode === notFoundCode ? ': a command was not found' : ''
  return { exitCode: end.exitCode, cause: `The command exited with code ${end.exitCode}${hint}.` }
}

async function notStarted(
  error: NodeJS.ErrnoException,
  program: string,
  folder: string,
  mask: (text: string) => string,
): Promise<Attempt> {
  if (error.code === 'ENOENT') {
    const present = await stat(folder).then(
      found => found.isDirectory(),
      () => false,
    )
    return present
      ? failedAttempt(`The command "${mask(program)}" was not found.`, notFoundCode)
      : failedAttempt(`The project's folder ${folder} is not there.`)
  }
  if (error.code === 'EACCES') return failedAttempt(`"${mask(program)}" is not executable.`, notExecutableCode)
  if (error.code === 'E2BIG') return failedAttempt('Its arguments and environment are larger than the system takes.')
  return failedAttempt(mask(`The command "${program}" could not be started: ${error.message}`))
}

const sentence = (error: unknown): string =>
  error instanceof HksError ? [error.message, error.hint].filter(Boolean).join(' ') : (error as Error).message
