import type { HksError } from '../../contract/errors.ts'
import type { ChangePublisher } from './changes.ts'
import type { Clock } from './clock.ts'
import type { DeploymentStep, DeployProgress, RevisionRecord } from './function.ts'

/** One deployment, as it tells of itself. */
export interface StepTeller {
  /** It does this now. The same again, and what only counts, is told a few times a second at most. */
  now(progress: DeployProgress): void
  /** It has ended; `sentence` says how. */
  ended(outcome: NonNullable<DeploymentStep['outcome']>, sentence: string): void
  /** It has ended with an explained error: it was cancelled, or failed. */
  failed(error: HksError): void
}

/** What deployments do: one source for the command line, notifications and views. */
export interface DeploymentSteps {
  /** A deployment begins, with a look at its source. */
  begin(projectId: string, revision: RevisionRecord): StepTeller
  /** The latest step of each that is under way. */
  current(): readonly DeploymentStep[]
}

/** A count that goes up is told this often, milliseconds. */
const countEveryMs = 100

const words: Readonly<Record<DeployProgress['phase'], string>> = {
  checking: 'checking the source',
  installing: 'installing packages',
  building: 'building',
  pushing: 'pushing the image',
  starting: 'starting',
}

/** Publishes each step as a change. */
export function createDeploymentSteps(changes: Pick<ChangePublisher, 'publish'>, clock: Clock): DeploymentSteps {
  const steps = new Map<string, DeploymentStep>()
  return {
    begin: (projectId, { id, functionId, number, spec, createdAt }) => {
      const base = { functionId, projectId, name: spec.name, revision: number, startedAt: createdAt }
      let phase: DeployProgress['phase'] = 'checking'
      let waiting: string | undefined
      let toldAt = Number.NEGATIVE_INFINITY
      const tell = (step: DeploymentStep) => {
        toldAt = clock.now()
        changes.publish({ kind: 'deployment', step })
      }
      const now = (progress: DeployProgress) => {
        const step = { ...base, ...progress, message: wordsOf(progress), done: false }
        steps.set(id, step)
        // The clock may have been set back meanwhile.
        const isSame = progress.phase === phase && progress.waiting === waiting
        if (isSame && Math.abs(clock.now() - toldAt) < countEveryMs) return
        phase = progress.phase
        waiting = progress.waiting
        tell(step)
      }
      const ended: StepTeller['ended'] = (outcome, sentence) => {
        steps.delete(id)
        tell({ ...base, phase, message: sentence, done: true, outcome })
      }
      now({ phase })
      return {
        now,
        ended,
        failed: ({ code, message }) => ended(code === 'CANCELLED' ? 'cancelled' : 'failed', message),
      }
    },
    current: () => [...steps.values()],
  }
}

function wordsOf({ phase, completed = 0, total, waiting }: DeployProgress): string {
  if (waiting !== undefined) return `${words[phase]}, but waits: ${waiting}`
  if (total === undefined) return words[phase]
  if (phase === 'installing') return `installing ${completed} of ${total} packages`
  if (phase === 'pushing') return `pushing the image, ${megabytes(completed)} of ${megabytes(total)} MB`
  return words[phase]
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
