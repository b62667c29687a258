import { posix } from 'node:path'
import { writeCanonicalTar } from '../../../../base/canonicalTar.ts'
import { readTar } from '../../../../base/readTar.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { Runtime } from '../../../../contract/functions.ts'
import type { FunctionSpec, Source } from '../../../domain/function.ts'
import type { TargetBuilds, TargetParts, TargetPlatform, TargetTeller } from '../../../domain/targetBuilds.ts'
import { podCommand, runtimeFolder, sourceFolder } from '../functions/objects/podRuntime.ts'
import { readRuntimeProgram } from '../functions/objects/runtimeProgram.ts'
import type { BuiltImage, ImageBuilder, ImageProgress, LayerEntry, RegistryAccess } from './image.ts'
import { entriesOfFiles, entriesOfFolder } from './layerEntries.ts'
import { parseReference } from './reference.ts'

/** A function that gets an image of its own. */
export interface FunctionImageRequest {
  readonly spec: Pick<FunctionSpec, 'runtimeVersion' | 'handler'> & { readonly runtime: Runtime }
  readonly source: Source
  /** Reference of the image of its language; in Go of any that a static program can run in. */
  readonly base: string
  /** Of the nodes that will run it. */
  readonly platform: TargetPlatform
  /** Repository for the image, with its registry and without a tag. */
  readonly repository: string
  readonly access: RegistryAccess
  /** Of the connection that names the base, as commands name it. */
  readonly connectionName?: string
}

/** Told how far it has come. */
export interface FunctionImageTeller extends TargetTeller {
  readonly image: (progress: ImageProgress) => void
}

/** The image of a function. */
export interface FunctionImage extends BuiltImage {
  /** Path beneath the files of the source where packages or a program were put, if any were. */
  readonly partsPlace?: string
}

/** Puts functions into images: runtime, source and packages, as one layer on the image of the language. */
export interface FunctionImages {
  /**
   * The image of a function, which starts it as a pod does: with `HKS_SOURCE` set to the folder of the source, whatever else
   * the program has to know is in variables of the pod.
   * @throws HksError as the builders of images and of packages do; LoadFailure when the handler is not in it
   */
  build(request: FunctionImageRequest, signal: AbortSignal, tell: FunctionImageTeller): Promise<FunctionImage>
  /**
   * The files of the source in an image that was built here, as their canonical tar.
   * @throws HksError REGISTRY_FAILED; `signal.reason`
   */
  source(
    image: Pick<FunctionImage, 'reference' | 'partsPlace'>,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<Uint8Array>
}

/** What it needs. */
export interface FunctionImagesOptions {
  readonly images: ImageBuilder
  readonly targets: TargetBuilds
  /** Folder that holds `node/` and `python/`, the programs that load handlers. */
  readonly runtimesFolder: string
}

/** A user that no image has, as distroless images number it. */
const nobody = '65532:65532'
/** The tar was checked when it was made. */
const noLimits = { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER }
/** How the official images say their version. */
const versionVariable: Readonly<Record<Runtime, string>> = {
  python: 'PYTHON_VERSION',
  node: 'NODE_VERSION',
  go: 'GOLANG_VERSION',
}

/** Makes images of functions. */
export function createFunctionImages({ images, targets, runtimesFolder }: FunctionImagesOptions): FunctionImages {
  /** Of the interpreter in the image below; what the function asks for is a part of it at most. */
  const versionIn = async (request: FunctionImageRequest, signal: AbortSignal): Promise<string | undefined> => {
    const { spec, base, platform, access } = request
    // Also for Go, of which no version counts: without it nothing has to be compiled.
    const { environment } = await images.inspect(base, platform, access, signal).catch((error: unknown) => {
      throw aboutBase(error, request)
    })
    if (spec.runtime === 'go') return undefined
    const tagged = /^\d+(?:\.\d+)*/.exec(parseReference(base, 'base').tag ?? '')?.[0]
    return environment[versionVariable[spec.runtime]] ?? spec.runtimeVersion ?? tagged
  }
  return {
    build: async (request, signal, tell) => {
      const { spec, source, base, platform, repository, access } = request
      const runtimeVersion = await versionIn(request, signal)
      const { runtime, handler } = spec
      const wanted = { source, runtime, handler, platform, ...(runtimeVersion !== undefined && { runtimeVersion }) }
      return targets.build(wanted, signal, tell, async parts => {
        tell.progress({ phase: 'building' })
        const files = [
          ...(runtime === 'go' ? [] : await runtimeEntries(runtimesFolder, runtime)),
          ...entriesOfFiles(readTar(source.tar, noLimits), inImage(sourceFolder)),
          ...(await partEntries(parts)),
        ]
        const config = {
          entrypoint: runtime === 'go' ? [posix.join(sourceFolder, '.hks/function'), '--http'] : podCommand[runtime],
          environment: { HKS_SOURCE: sourceFolder },
          user: nobody,
          workingFolder: '/',
        }
        const built = await images.build({ base, platform, files, config, repository, access }, signal, tell.image)
        return { ...built, ...(parts && { partsPlace: parts.place }) }
      })
    },
    source: async ({ reference, partsPlace }, access, signal) => {
      const place = `${inImage(sourceFolder)}/`
      const isOwn = (path: string) =>
        path.startsWith(place) && (partsPlace === undefined || !path.startsWith(`${place}${partsPlace}/`))
      const files = await images.read(reference, isOwn, access, signal)
      return writeCanonicalTar(files.map(file => ({ ...file, path: file.path.slice(place.length) })))
    },
  }
}

/** Says with a registry's failure to give the image below where another one is named. */
function aboutBase(error: unknown, { spec, base, connectionName = 'NAME' }: FunctionImageRequest): unknown {
  if (!(error instanceof HksError) || error.code !== 'REGISTRY_FAILED') return error
  const { message, details, hint, cause } = error
  const other = `Another image than ${base} below functions in ${languageNames[spec.runtime]} is named in the settings of the connection: hks-func connection set ${connectionName} --${spec.runtime}-image IMAGE`
  return new HksError('REGISTRY_FAILED', message, {
    details: { ...details, base },
    hint: hint === undefined ? other : `${hint} ${other}`,
    ...(cause === undefined ? {} : { cause }),
  })
}

const languageNames: Readonly<Record<Runtime, string>> = { python: 'Python', node: 'Node', go: 'Go' }

/** A path of an image has no first `/` in a layer. */
const inImage = (path: string): string => path.slice(1)

async function runtimeEntries(folder: string, runtime: Exclude<Runtime, 'go'>): Promise<readonly LayerEntry[]> {
  const { files } = await readRuntimeProgram(folder, runtime)
  const encoder = new TextEncoder()
  const plain = files.map(({ path, text }) => ({ path, executable: false, data: encoder.encode(text) }))
  return entriesOfFiles(plain, inImage(runtimeFolder))
}

const partEntries = async (parts: TargetParts | undefined): Promise<readonly LayerEntry[]> =>
  parts === undefined ? [] : entriesOfFolder(parts.folder, posix.join(inImage(sourceFolder), parts.place))
