import { resolve } from 'node:path'
import type { FunctionSettings } from '../../../src/gateway/providers/kubernetes/functions/functionSettings.ts'
import {
  createFunctionImages,
  type FunctionImages,
} from '../../../src/gateway/providers/kubernetes/images/functionImage.ts'
import type { BuiltImage } from '../../../src/gateway/providers/kubernetes/images/image.ts'
import { entriesOfFiles } from '../../../src/gateway/providers/kubernetes/images/layerEntries.ts'
import { openImageRig } from '../imageRig.ts'
import { openLocalFunctions } from '../localFunctionsRig.ts'
import { testCluster } from './testCluster.ts'

/** What builds images of functions for the test cluster, with the tools of this machine. */
export interface ClusterImages extends AsyncDisposable {
  readonly images: FunctionImages
  /** What the connection says: the registry of the cluster. */
  readonly settings: Pick<FunctionSettings, 'registry' | 'insecureRegistries'>
  /** Pushes an image that runs `server.mjs`, as somebody's own. */
  publish(name: string, files: Readonly<Record<string, string>>): Promise<BuiltImage>
}

const runtimesFolder = resolve(import.meta.dirname, '../../../runtimes')

/** Opens it; `HKS_TEST_REGISTRY` has to name a registry. */
export async function openClusterImages(): Promise<ClusterImages> {
  const { registry, images } = await testCluster()
  if (registry === undefined) throw new Error('HKS_TEST_REGISTRY names no registry.')
  const local = await openLocalFunctions()
  const builder = openImageRig()
  return {
    images: createFunctionImages({ images: builder, targets: local.functions.targetBuilds, runtimesFolder }),
    settings: { registry: `${registry}/hks-test`, insecureRegistries: [registry] },
    publish: (name, files) =>
      builder.build({
        ...{ base: images.node, repository: `${registry}/hks-test/own-${name}`, access: { insecure: [registry] } },
        files: entriesOfFiles(
          Object.entries(files).map(([path, text]) => ({ path, executable: false, data: Buffer.from(text) })),
          'app',
        ),
        config: { entrypoint: ['node', '/app/server.mjs'], user: '65532:65532' },
      }),
    [Symbol.asyncDispose]: async () => {
      await local[Symbol.asyncDispose]()
      builder[Symbol.dispose]()
    },
  }
}
