import type { Readable } from 'node:stream'
import type { SourceFile } from '../../../../base/canonicalTar.ts'
import type { TargetPlatform } from '../../../domain/targetBuilds.ts'

/** A plain file of a layer. */
export interface FileEntry {
  /** Path in the image without the first `/`. */
  readonly path: string
  readonly executable: boolean
  /** Bytes. */
  readonly size: number
  /** The content, each time from its beginning. */
  open(): Readable
}

/** A symbolic link of a layer; it stays within the folder that it came from. */
export interface LinkEntry {
  /** Path in the image without the first `/`. */
  readonly path: string
  readonly linkTo: string
}

/** What a layer holds. Folders are implied by paths: they get mode 755, also those that the base image has. */
export type LayerEntry = FileEntry | LinkEntry

/** How a container of the image starts; what is absent is as in the base image. */
export interface ContainerConfig {
  /** Takes away the command of the base image, too. */
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  /** Added to that of the base image. */
  readonly environment?: Readonly<Record<string, string>>
  /** Numeric, such as `65532:65532`: Kubernetes can not tell whether a name is root. */
  readonly user?: string
  readonly workingFolder?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** Who logs in to a registry. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** What a registry's own login gave in place of a password. */
  | { readonly identityToken: string }
  /** A bearer token, sent as it is. */
  | { readonly registryToken: string }

/** What a connection says of its registries. */
export interface RegistryAccess {
  /** `host` or `host:port` of registries that speak plain http. Loopback needs no mention. */
  readonly insecure?: readonly string[]
  /** Whom to trust besides the system, PEM. */
  readonly certificateAuthorities?: string
  /** By `host` or `host:port`; goes before Docker's config. */
  readonly credentials?: Readonly<Record<string, Credentials>>
}

/** An image to be there. */
export interface ImageRequest {
  /** Reference of the image below. */
  readonly base: string
  readonly platform: TargetPlatform
  /** In any order; the same ones give the same image. */
  readonly files: readonly LayerEntry[]
  readonly config: ContainerConfig
  /** Repository for the image, with its registry and without a tag: `registry.example.com/team/function`. */
  readonly repository: string
  readonly access?: RegistryAccess
}

/** How far building has come. Bytes of what is being done now. */
export interface ImageProgress {
  /** `packing` the layer, `copying` the base image to another registry, `uploading` the layer. */
  readonly phase: 'packing' | 'copying' | 'uploading'
  readonly completedBytes: number
  readonly totalBytes: number
}

/** An image that is in its registry. */
export interface BuiltImage {
  /** With its digest, as a pod names it. */
  readonly reference: string
  /** `sha256:…` of its manifest. */
  readonly digest: string
  /** `false` when it was there already. */
  readonly pushed: boolean
}

/** An image as its registry has it. */
export interface ImageFacts {
  /** `sha256:…` of what the reference names, which may be an index. */
  readonly digest: string
  /** Variables that it sets, such as the PYTHON_VERSION of the official images. */
  readonly environment: Readonly<Record<string, string>>
}

/** Puts images into registries without a container tool. */
export interface ImageBuilder {
  /**
   * Looks at an image of a platform.
   * @throws HksError REGISTRY_FAILED, INVALID_REQUEST naming `image`; `signal.reason`
   */
  inspect(image: string, platform: TargetPlatform, access: RegistryAccess, signal: AbortSignal): Promise<ImageFacts>
  /**
   * Plain files of the topmost layer of an image.
   * @throws HksError REGISTRY_FAILED, INVALID_REQUEST naming `image`; `signal.reason`
   */
  read(
    image: string,
    isWanted: (path: string) => boolean,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<readonly SourceFile[]>
  /**
   * An image of one layer on top of another, pushed unless the registry has it. The same request gives the same image.
   * @throws HksError REGISTRY_FAILED with `details.registry` and `details.reason`; INVALID_REQUEST for a reference;
   * INVALID_SOURCE for a file that changes or leaves its folder; DEPLOY_FAILED on a full disk; `signal.reason`
   */
  build(request: ImageRequest, signal: AbortSignal, onProgress: (progress: ImageProgress) => void): Promise<BuiltImage>
}
