import type { Runtime } from '../../../../contract/functions.ts'

/** What a connection says of its functions. */
export interface FunctionSettings {
  /** The image in which functions of a language run, as it comes from its registry. */
  readonly images: Readonly<Partial<Record<Runtime, string>>>
  /** Origin of the ingress, such as `http://10.0.0.5:8080`; found by itself where it is absent. */
  readonly ingress?: string
  /** Added to each revision, such as `autoscaling.knative.dev/window`. */
  readonly annotations?: Readonly<Record<string, string>>
}
