import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { defined } from '../base/defined.ts'
import { type ConnectionUpdate, type ImagePlatform, imagePlatforms } from '../contract/connections.ts'
import { gathered } from './optionValues.ts'

/** Options of what a connection says of functions and their images. */
export interface ConnectionOptions {
  readonly pythonImage?: string
  readonly nodeImage?: string
  readonly goImage?: string
  readonly ingress?: string
  readonly registry?: string
  readonly insecureRegistry?: readonly string[]
  readonly registryCa?: string
  readonly platform?: ImagePlatform | ''
}

/** Adds them. */
export const withConnectionOptions = (command: Command): Command =>
  command
    .option('--python-image <image>', 'image of functions in Python (default: python:3-slim)')
    .option('--node-image <image>', 'image of functions in Node (default: node:24-slim)')
    .option('--go-image <image>', 'image below functions in Go (default: gcr.io/distroless/static-debian12:nonroot)')
    .option('--ingress <url>', "where this machine reaches Knative's ingress (default: found by itself)")
    .option('--registry <registry>', 'where images of functions are pushed, such as registry.example.com/team')
    .option('--insecure-registry <host>', 'spoken to over plain http; can be repeated', gathered)
    .option('--registry-ca <file>', 'certificates in PEM of whom to trust as a registry')
    .addOption(
      new Option('--platform <platform>', 'what images are built for (default: the platform of the nodes)').choices([
        ...imagePlatforms,
        '',
      ]),
    )

/** What they say as a change of a connection, whose images are `known`; an empty value clears. */
export function connectionChange(
  options: ConnectionOptions,
  cwd: string,
  known: ConnectionUpdate['runtimeImages'] = {},
): Pick<ConnectionUpdate, 'runtimeImages' | 'ingress' | 'registry' | 'insecureRegistries' | 'registryCa' | 'platform'> {
  const asked = defined({ python: options.pythonImage, node: options.nodeImage, go: options.goImage })
  const images = Object.fromEntries(Object.entries({ ...known, ...asked }).filter(([, image]) => image !== ''))
  const { ingress, registry, insecureRegistry, registryCa, platform } = options
  return defined({
    runtimeImages: Object.keys(asked).length === 0 ? undefined : Object.keys(images).length === 0 ? null : images,
    ingress: orNull(ingress),
    registry: orNull(registry),
    insecureRegistries: insecureRegistry && [...insecureRegistry].filter(Boolean),
    registryCa: registryCa === undefined ? undefined : registryCa === '' ? null : resolve(cwd, registryCa),
    platform: orNull(platform),
  })
}

const orNull = <T extends string>(value: T | undefined): Exclude<T, ''> | null | undefined =>
  value === '' ? null : (value as Exclude<T, ''> | undefined)
