import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type {
  BuiltImage,
  ImageBuilder,
  ImageProgress,
  ImageRequest,
} from '../../src/gateway/providers/kubernetes/images/image.ts'
import {
  createImageBuilder,
  type ImageBuilderOptions,
} from '../../src/gateway/providers/kubernetes/images/imageBuilder.ts'
import { entriesOfFiles } from '../../src/gateway/providers/kubernetes/images/layerEntries.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** A builder of images with a folder of its own. */
export interface ImageRig extends Disposable {
  readonly folder: string
  readonly workFolder: string
  /** Told by the last build. */
  readonly progress: readonly ImageProgress[]
  readonly inspect: ImageBuilder['inspect']
  readonly read: ImageBuilder['read']
  build(
    request: Pick<ImageRequest, 'base' | 'repository'> & Partial<ImageRequest>,
    signal?: AbortSignal,
    onProgress?: (progress: ImageProgress) => void,
  ): Promise<BuiltImage>
}

/** Waits so that a test need not. */
export const quickRetries = { retries: 3, firstDelayMs: 1 }

/** One file, in memory. */
export const oneFile = (path: string, content: string | Uint8Array) =>
  entriesOfFiles([{ path, executable: false, data: Buffer.from(content) }], 'function')

/** Opens a rig; `environment` is that of the user. */
export function openImageRig(
  environment: Readonly<Record<string, string>> = {},
  options: Partial<ImageBuilderOptions> = {},
): ImageRig {
  const folder = temporaryFolder()
  const workFolder = join(folder.path, 'work')
  let progress: ImageProgress[] = []
  const builder = createImageBuilder({
    workFolder,
    environment: () => Promise.resolve(environment),
    newId: randomUUID,
    retries: quickRetries,
    ...options,
  })
  return {
    folder: folder.path,
    inspect: builder.inspect,
    read: builder.read,
    workFolder,
    get progress() {
      return progress
    },
    build: (request, signal = new AbortController().signal, onProgress) => {
      progress = []
      const files = oneFile('main.mjs', 'console.log(1)')
      const config = { entrypoint: ['node', '/function/main.mjs'] }
      return builder.build({ platform: 'linux/amd64', files, config, ...request }, signal, one => {
        progress.push(one)
        onProgress?.(one)
      })
    },
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}
