import { HksError } from '../../contract/errors.ts'
import type { KnativeEvent, KnativeRemoval } from '../../contract/knative.ts'
import type { Localize } from './localize.ts'

type Step = Exclude<KnativeEvent, { readonly type: 'failed' }>

/** What an installation or a removal says while it goes on, and what it has come to. */
export interface KnativeProgress {
  /** What to show after a step; nothing where what is shown stays. */
  readonly words: (step: Step) => string | undefined
  /** How many objects were made, changed or deleted so far. */
  readonly written: () => number
  /** What is worth knowing at the end. */
  readonly warnings: readonly string[]
}

/** Counts the objects, so that the words say how far it is: `41 of 102: Deployment activator`. */
export function knativeProgress(t: Localize): KnativeProgress {
  const warnings: string[] = []
  let planned = 0
  let seen = 0
  let written = 0
  return {
    words: step => {
      switch (step.type) {
        case 'planned':
          planned = step.objects
          return undefined
        case 'object':
          seen++
          if (step.action !== 'unchanged' && step.action !== 'kept') written++
          return t('{0} of {1}: {2} {3}', seen, planned, step.kind, step.name)
        case 'waiting':
          return step.message
        case 'warning':
          warnings.push(step.message)
          return step.message
        case 'file':
          return t('{0} has the sha256 {1}', step.name, step.sha256)
        case 'done':
          return undefined
      }
    },
    written: () => written,
    warnings,
  }
}

/** The sha256 by file of what was refused because nobody has pinned it; nothing for any other failure. */
export function unverifiedSums(error: unknown): Readonly<Record<string, string>> | undefined {
  if (!(error instanceof HksError) || error.details?.['field'] !== 'acceptUnverified') return undefined
  const sums = error.details['sha256']
  return typeof sums === 'object' && sums !== null ? (sums as Record<string, string>) : undefined
}

/** Where this type goes, no function can be deployed. */
const servicesType = 'services.serving.knative.dev'

/** What a removal deletes, for the question before it. */
export function removalWords(objects: KnativeRemoval['objects'], t: Localize): string {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name)
  const types = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name)
  return [
    t('{0} objects are deleted, those that were installed from here and no others.', objects.length),
    namespaces.length > 0 && t('Namespaces, with all that is in them: {0}', namespaces.join(', ')),
    types.length > 0 && t('Types, with all their objects: {0}', types.join(', ')),
    types.includes(servicesType) &&
      t(
        'There is no Knative Service. Functions can not be deployed here until Knative is installed again; CronJobs go on.',
      ),
  ]
    .filter(Boolean)
    .join('\n\n')
}
