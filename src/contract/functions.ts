import { type Static, Type } from 'typebox'
import { Environment, Id, Instant, OneOf, ResourceName, SecretReference } from './common.ts'
import { namePatterns, nameWords } from './names.ts'

/** With the name of a function behind it a tag is a label of a host name, which has 63 characters. */
const longestTag = 10

/** The languages that this gateway can run. */
export const runtimes = ['python', 'node', 'go'] as const
/** One of {@link runtimes}. */
export type Runtime = (typeof runtimes)[number]

/** What a function runs: a language, or `image`, which is one of its user's own. */
export const functionRuntimes = [...runtimes, 'image'] as const
/** One of {@link functionRuntimes}. */
export type FunctionRuntime = (typeof functionRuntimes)[number]

/** Exactly the statuses of a function; scaled to zero is `ready` with `replicas: 0`. */
export const functionStatuses = ['deploying', 'ready', 'failed', 'deleting'] as const
/** One of {@link functionStatuses}. */
export type FunctionStatus = (typeof functionStatuses)[number]

const scaleCount = (minimum: number, description: string) => Type.Integer({ minimum, maximum: 100, description })

/** How a function scales, in Knative's words; what is left out is the provider's default. */
export const Scaling = Type.Object(
  {
    minScale: Type.Optional(scaleCount(0, 'Replicas that serve also when no call comes; default 0')),
    maxScale: Type.Optional(
      scaleCount(1, 'The most replicas; locally 2 to 8 by default, as the machine has processors'),
    ),
    containerConcurrency: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Calls that one replica works on at once; default 100' }),
    ),
  },
  { additionalProperties: false },
)
export type Scaling = Static<typeof Scaling>

/** What the processes of a function may use up, each with all that it starts; what is left out is the default. */
export const Resources = Type.Object(
  {
    memory: Type.Optional(
      Type.String({ maxLength: 30, description: 'Memory as Kubernetes writes it, such as 256Mi; default 1Gi' }),
    ),
    cpuSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Processor time for each call; default what the timeout leaves time for',
      }),
    ),
  },
  { additionalProperties: false },
)
export type Resources = Static<typeof Resources>

/** What a function reaches: what its user reaches, the hosts that it names, or nothing. */
export const functionNetworks = ['full', 'allowlist', 'none'] as const
/** One of {@link functionNetworks}. */
export type FunctionNetwork = (typeof functionNetworks)[number]

/** Whose code it is: `agent` for what an AI agent wrote and nobody has read. */
export const functionProfiles = ['function', 'agent'] as const
/** One of {@link functionProfiles}. */
export type FunctionProfile = (typeof functionProfiles)[number]

/** The version of the interpreter that a function asks for, or the beginning of one. */
export const RuntimeVersion = Type.String({
  pattern: '^\\d{1,3}(?:\\.\\d{1,3}){0,2}$',
  description: 'For python and node: 3, 3.12 or 3.12.1; default what the PATH has',
})

/** Deploys a function: creates it or, for an existing name, adds a revision. */
export const FunctionDeploy = Type.Object(
  {
    name: ResourceName,
    runtime: Type.Optional(OneOf(runtimes)),
    runtimeVersion: Type.Optional(RuntimeVersion),
    handler: Type.Optional(
      Type.String({ maxLength: 200, description: 'module.function; main.handler, index.handler or Handle' }),
    ),
    source: Type.Optional(
      Type.String({ description: 'Base64 of one source file or of a gzipped tar of a folder; with `runtime`' }),
    ),
    image: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'In place of runtime and source: an image that answers HTTP at $PORT, on a cluster',
      }),
    ),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    environment: Type.Optional(Environment),
    secrets: Type.Optional(Type.Array(SecretReference, { maxItems: 100 })),
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, description: 'Seconds; default 30' })),
    scaling: Type.Optional(Scaling),
    resources: Type.Optional(Resources),
    profile: Type.Optional(
      Type.Unsafe<FunctionProfile>(
        Type.String({
          enum: [...functionProfiles],
          description: '`agent`: code that an AI agent wrote; it needs a sandbox, and has no network by default',
        }),
      ),
    ),
    network: Type.Optional(OneOf(functionNetworks)),
    allowedHosts: Type.Optional(
      Type.Array(Type.String({ maxLength: 300 }), {
        minItems: 1,
        maxItems: 100,
        description: 'With `network: allowlist`: api.example.com, *.example.com, example.com:8443, 10.0.0.5:5432',
      }),
    ),
    public: Type.Optional(Type.Boolean({ description: 'The URL answers without a token' })),
    transient: Type.Optional(
      Type.Boolean({ description: 'One of many while somebody edits: the next revision takes its place in the list' }),
    ),
    waitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 600 })),
  },
  { additionalProperties: false },
)
export type FunctionDeploy = Static<typeof FunctionDeploy>

/** One immutable deployment of a function. */
export const Revision = Type.Object({
  id: Id,
  functionId: Id,
  number: Type.Integer(),
  runtime: OneOf(functionRuntimes),
  image: Type.Optional(Type.String({ description: 'Of its user, with the runtime `image`' })),
  handler: Type.String({ description: 'Empty with an image' }),
  sourceDigest: Type.String({ description: 'sha256 of the canonical tar, in hex; empty with an image' }),
  status: OneOf(['deploying', 'ready', 'failed'] as const),
  reason: Type.Optional(Type.String()),
  percent: Type.Integer({ description: 'Share of the calls' }),
  tag: Type.Optional(Type.String({ description: 'A name by which it is called whatever its share' })),
  tagUrl: Type.Optional(Type.String({ description: 'Where the tag is called' })),
  transient: Type.Optional(Type.Boolean({ description: 'Deployed by hot reload: the next revision takes its place' })),
  createdAt: Instant,
})
export type Revision = Static<typeof Revision>

/** A function as every answer carries it; `source` only with `?include=source`. */
export const Function = Type.Object({
  id: Id,
  type: Type.Literal('function'),
  name: Type.String(),
  projectId: Id,
  runtime: OneOf(functionRuntimes),
  image: Type.Optional(Type.String({ description: 'Of its user, with the runtime `image`' })),
  runtimeVersion: Type.Optional(Type.String({ description: 'The version that it asks for' })),
  handler: Type.String({ description: 'Empty with an image' }),
  source: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  environment: Environment,
  secrets: Type.Array(SecretReference),
  timeout: Type.Integer({ description: 'Seconds' }),
  scaling: Type.Object({
    minScale: Type.Integer(),
    maxScale: Type.Optional(Type.Integer({ description: 'Absent where the provider has no limit' })),
    containerConcurrency: Type.Integer(),
  }),
  resources: Type.Object({
    memory: Type.String({ description: 'As Kubernetes writes it, such as 256Mi' }),
    cpuSeconds: Type.Optional(Type.Integer({ description: 'For each call; absent where only the timeout limits it' })),
  }),
  profile: OneOf(functionProfiles),
  network: OneOf(functionNetworks),
  allowedHosts: Type.Optional(Type.Array(Type.String(), { description: 'With the network `allowlist`' })),
  public: Type.Boolean(),
  url: Type.String(),
  status: OneOf(functionStatuses),
  reason: Type.Optional(Type.String({ description: 'Why it failed, or why its last revision did' })),
  replicas: Type.Integer({ description: 'Processes or pods that take calls; 0 is scaled to zero' }),
  debugging: Type.Optional(Type.Boolean({ description: 'Calls go to a process that is debugged' })),
  revision: Type.Integer({ description: 'Number of the serving revision; 0 before the first' }),
  revisions: Type.Array(Revision, { description: 'The last five, newest first' }),
  createdAt: Instant,
  updatedAt: Instant,
})
export type Function = Static<typeof Function>

/** Shares of the calls of a function; they make up 100. What is not named gets none. */
export const TrafficUpdate = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          revision: Type.Integer({ minimum: 1, description: 'Number of the revision' }),
          percent: Type.Integer({ minimum: 0, maximum: 100 }),
          /** A name by which it is called whatever its share. */
          tag: Type.Optional(
            Type.String({
              maxLength: longestTag,
              pattern: namePatterns.resource,
              description: `${nameWords.resource}, at most ${longestTag} characters; ${nameWords.ends}`,
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  { additionalProperties: false },
)
export type TrafficUpdate = Static<typeof TrafficUpdate>

/** Which revision is to take all calls again. */
export const RollBack = Type.Object(
  { revision: Type.Optional(Type.Integer({ minimum: 1, description: 'Default the newest ready one before it' })) },
  { additionalProperties: false },
)
export type RollBack = Static<typeof RollBack>

/** `?include=source` adds the deployed source, as a gzipped tar that can be deployed again. */
export const FunctionQuery = Type.Object(
  { include: Type.Optional(OneOf(['source'] as const)) },
  { additionalProperties: false },
)

/** `?force=true` deletes a function that CronJobs still call; their runs fail from then on. */
export const FunctionDelete = Type.Object(
  { force: Type.Optional(Type.Boolean({ description: 'Also when CronJobs call it' })) },
  { additionalProperties: false },
)

/**
 * The way from the gateway to a function: its own listener on this machine; in a cluster the ingress that the connection
 * names, the function's own address, or a port-forward to the ingress.
 */
export const functionWays = ['gateway', 'ingress', 'direct', 'portForward'] as const
/** One of {@link functionWays}. */
export type FunctionWay = (typeof functionWays)[number]

/** How to reach a function's URL; the only answer that carries its token. */
export const FunctionAccess = Type.Object({
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  way: OneOf(functionWays),
  message: Type.String({ description: 'Which way that is, and why' }),
})
export type FunctionAccess = Static<typeof FunctionAccess>
