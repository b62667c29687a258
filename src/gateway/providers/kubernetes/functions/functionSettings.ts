import type { Runtime } from '../../../../contract/functions.ts'
import type { TargetPlatform } from '../../../domain/targetBuilds.ts'

/** What a connection says of its functions. */
export interface FunctionSettings {
  /** The image in which functions of a language run, as it comes from its registry. */
  readonly images: Readonly<Partial<Record<Runtime, string>>>
  /** Where images of functions are pushed, such as `registry.example.com/team`. */
  readonly registry?: string
  /** `host` or `host:port` of registries that speak plain http. */
  readonly insecureRegistries?: readonly string[]
  /** Absolute path of a PEM file with whom registries are trusted besides the system. */
  readonly registryCa?: string
  /** What images are built for; that of the nodes where it is absent. */
  readonly platform?: TargetPlatform
  /** Of the connection, as commands name it. */
  readonly connectionName?: string
  /** Origin of the ingress, such as `http://10.0.0.5:8080`; found by itself where it is absent. */
  readonly ingress?: string
  /** Added to each revision, such as `autoscaling.knative.dev/window`. */
  readonly annotations?: Readonly<Record<string, string>>
}
