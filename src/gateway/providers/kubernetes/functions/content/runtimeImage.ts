import { HksError, invalidField } from '../../../../../contract/errors.ts'
import type { FunctionSpec } from '../../../../domain/function.ts'
import { languageOf } from '../../../../domain/functionContent.ts'
import { formatReference, parseReference } from '../../images/reference.ts'
import type { FunctionSettings } from '../functionSettings.ts'

/**
 * The image of a function's language. A version that the function asks for takes the place of the one in the tag.
 * @throws HksError RUNTIME_MISSING, INVALID_REQUEST
 */
export function runtimeImage(spec: FunctionSpec, images: FunctionSettings['images']): string {
  const { runtimeVersion } = spec
  const runtime = languageOf(spec)
  const image = images[runtime]
  if (image === undefined) {
    throw new HksError('RUNTIME_MISSING', `This connection names no image for functions in ${runtime}.`, {
      details: { runtime },
    })
  }
  if (runtimeVersion === undefined) return image
  const reference = parseReference(image, `images.${runtime}`)
  const rest = /^\d+(?:\.\d+)*(?<rest>(?:-.*)?)$/.exec(reference.tag ?? '')?.groups?.['rest']
  if (rest === undefined || reference.digest !== undefined) {
    throw invalidField(
      'runtimeVersion',
      runtimeVersion,
      `can not be chosen: the connection's image for ${runtime}, ${image}, has no version in its tag.`,
      'Leave runtimeVersion out, or name an image such as node:24-slim in the connection.',
    )
  }
  return formatReference({ ...reference, tag: `${runtimeVersion}${rest}` })
}
