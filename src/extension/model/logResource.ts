/** A CronJob or function whose log has an output channel. */
export interface LogResource {
  readonly kind: 'cronJob' | 'function'
  readonly id: string
  readonly name: string
  /** Name of its project, told apart by it when two resources have one name. */
  readonly projectName: string
}
