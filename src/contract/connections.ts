import { type Static, Type } from 'typebox'
import { Id, Instant, NamespaceName, nullable, OneOf } from './common.ts'
import { defaultImages } from './defaultImages.ts'
import { errorCodes } from './errors.ts'
import { namePatterns } from './names.ts'

/** What runs behind a connection. */
export const connectionKinds = ['local', 'kubernetes'] as const
/** One of {@link connectionKinds}. */
export type ConnectionKind = (typeof connectionKinds)[number]

/** Whether a connection can be used: `failed` tries again by itself. */
export const connectionStates = ['connecting', 'ready', 'failed'] as const
/** One of {@link connectionStates}. */
export type ConnectionState = (typeof connectionStates)[number]

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

const Image = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))

/** Platforms that images are built for, in the words of image indexes. */
export const imagePlatforms = ['linux/amd64', 'linux/arm64'] as const
/** One of {@link imagePlatforms}. */
export type ImagePlatform = (typeof imagePlatforms)[number]

const settings = {
  readOnly: Type.Optional(Type.Boolean({ description: 'Nothing is changed through it' })),
  runtimeImages: Type.Optional(
    Type.Object(
      { python: Image, node: Image, go: Image },
      {
        additionalProperties: false,
        description: `Image in which functions of a language run; default ${Object.values(defaultImages).join(', ')}`,
      },
    ),
  ),
  ingress: Type.Optional(
    Type.String({
      maxLength: 1000,
      pattern: namePatterns.origin,
      description: 'URL of the Knative ingress as this machine reaches it, without a path',
    }),
  ),
  registry: Type.Optional(
    Type.String({
      maxLength: 1000,
      pattern: namePatterns.registry,
      description: 'Where images of functions are pushed, such as registry.example.com/team; pods pull from there',
    }),
  ),
  insecureRegistries: Type.Optional(
    Type.Array(
      Type.String({ maxLength: 300, pattern: namePatterns.registryHost, description: 'A host, with its port' }),
      { maxItems: 20, description: 'Hosts spoken to over plain http' },
    ),
  ),
  registryCa: Type.Optional(
    Type.String({
      maxLength: 4096,
      pattern: namePatterns.absolutePath,
      description: 'Absolute path of a PEM file: whom to trust as a registry, besides the system',
    }),
  ),
  platform: Type.Optional(
    Type.Unsafe<ImagePlatform>(
      Type.String({
        enum: [...imagePlatforms],
        description: 'What images are built for; default the platform of the nodes',
      }),
    ),
  ),
}

/** A configured place to run things, with how it fares. Credentials stay in the kubeconfig. */
export const Connection = Type.Object({
  id: Id,
  name: Type.String(),
  kind: OneOf(connectionKinds),
  ...settings,
  readOnly: Type.Boolean(),
  context: Type.Optional(Type.String({ description: 'Of the kubeconfig' })),
  kubeconfig: Type.Optional(Type.Array(Type.String(), { description: 'Files, merged as kubectl merges KUBECONFIG' })),
  server: Type.Optional(Type.String({ description: 'Origin of the API server, once known' })),
  state: OneOf(connectionStates),
  code: Type.Optional(OneOf(errorCodes)),
  message: Type.Optional(Type.String({ description: 'Why it failed' })),
  hint: Type.Optional(Type.String()),
  createdAt: Type.Optional(Instant),
})
export type Connection = Static<typeof Connection>

/** Adds a context of a kubeconfig. Its own namespace is opened as a project unless others are named. */
export const ConnectionCreate = Type.Object(
  {
    kind: Type.Literal('kubernetes'),
    context: Type.String({ minLength: 1, maxLength: 500 }),
    name: Type.Optional(Name),
    kubeconfig: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
        minItems: 1,
        maxItems: 20,
        description: 'Absolute paths; default ~/.kube/config',
      }),
    ),
    namespaces: Type.Optional(Type.Array(NamespaceName, { maxItems: 50 })),
    ...settings,
  },
  { additionalProperties: false },
)
export type ConnectionCreate = Static<typeof ConnectionCreate>

/** A change of a connection: absent fields stay, `null` clears. */
export const ConnectionUpdate = Type.Object(
  {
    name: Type.Optional(Name),
    readOnly: settings.readOnly,
    runtimeImages: nullable(settings.runtimeImages),
    ingress: nullable(settings.ingress),
    registry: nullable(settings.registry),
    insecureRegistries: nullable(settings.insecureRegistries),
    registryCa: nullable(settings.registryCa),
    platform: nullable(settings.platform),
  },
  { additionalProperties: false },
)
export type ConnectionUpdate = Static<typeof ConnectionUpdate>

/** What a test of a connection found. A cluster that does not answer is an error instead. */
export const ConnectionReport = Type.Object({
  server: Type.String(),
  version: Type.String({ description: 'Of Kubernetes, such as v1.34.4' }),
  milliseconds: Type.Integer({ description: 'How long its answer took' }),
  listsNamespaces: Type.Boolean({ description: 'Whether the user may list namespaces' }),
  knative: Type.Optional(
    Type.Boolean({ description: 'Whether Knative Serving is installed; absent where the user may not look' }),
  ),
  clockAheadSeconds: Type.Optional(
    Type.Integer({
      description: 'How far the clock of the gateway is ahead, negative when behind; absent when it agrees',
    }),
  ),
})
export type ConnectionReport = Static<typeof ConnectionReport>

/** How a part of Knative fares: `unknown` where the user may not look. */
export const knativePartStates = ['ready', 'missing', 'failed', 'unknown'] as const
/** One of {@link knativePartStates}. */
export type KnativePartState = (typeof knativePartStates)[number]

/** A part of Knative Serving that functions need. */
export const KnativePart = Type.Object({
  name: Type.String({ description: 'Such as activator or ingress' }),
  state: OneOf(knativePartStates),
  message: Type.String({ description: 'What was found' }),
  hint: Type.Optional(Type.String({ description: 'What to do about it' })),
  optional: Type.Optional(Type.Boolean({ description: 'Functions work without it' })),
})
export type KnativePart = Static<typeof KnativePart>

/** A namespace of a cluster, and the project that it is open as. */
export const ClusterNamespace = Type.Object({ name: Type.String(), projectId: Type.Optional(Id) })
export type ClusterNamespace = Static<typeof ClusterNamespace>

/** A context of a kubeconfig, without secrets. */
export const KubeContext = Type.Object({
  name: Type.String(),
  cluster: Type.String(),
  server: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  isCurrent: Type.Boolean(),
  authentication: Type.String({ description: 'Such as client certificate, token, exec aws' }),
})
export type KubeContext = Static<typeof KubeContext>

/** Which kubeconfig to read: files separated as in KUBECONFIG; default ~/.kube/config. */
export const KubeContextQuery = Type.Object(
  { kubeconfig: Type.Optional(Type.String({ maxLength: 20_000 })) },
  { additionalProperties: false },
)
