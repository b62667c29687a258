import type { ApplicationKind, NotCopied } from '../../contract/applications.ts'
import type { SecretReference } from '../../contract/common.ts'

/** What a container or a process of an application is. */
export interface ApplicationSpec {
  readonly name: string
  readonly image?: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: readonly SecretReference[]
}

/** An application that a CronJob can copy. `createdAt` is epoch milliseconds. */
export interface ApplicationRecord {
  readonly id: string
  readonly projectId: string
  readonly kind: ApplicationKind
  readonly spec: ApplicationSpec
  /** What a CronJob that is made of it does not get. */
  readonly notCopied?: readonly NotCopied[]
  readonly createdAt: number
}

/** The applications of a project, by kind and name, and the kinds that could not be looked at with the reason. */
export interface ListedApplications {
  readonly applications: readonly ApplicationRecord[]
  readonly refused: readonly { readonly kind: ApplicationKind; readonly message: string }[]
}
