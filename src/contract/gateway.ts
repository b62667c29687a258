import { type Static, Type } from 'typebox'
import { Instant, OneOf } from './common.ts'

/** What keeps an embedded gateway alive: enabled local work too, or only attached clients. */
export const keepRunningModes = ['always', 'whileOpen'] as const
/** One of {@link keepRunningModes}. */
export type KeepRunning = (typeof keepRunningModes)[number]

/**
 * How far functions on this machine are kept from the rest of it, the strictest first: `strict` by namespaces, `landlock`
 * by rules for files, `none` not at all.
 */
export const sandboxLevels = ['strict', 'landlock', 'none'] as const
/** One of {@link sandboxLevels}. */
export type SandboxLevel = (typeof sandboxLevels)[number]

/** How functions on this machine are kept from the rest of it, and why not better. */
export const SandboxStatus = Type.Object({
  level: OneOf(sandboxLevels),
  problems: Type.Array(
    Type.Object({
      what: Type.String({ description: 'One sentence: what keeps this machine from a better level' }),
      mend: Type.Optional(Type.String({ description: 'The command that mends it' })),
    }),
  ),
})
export type SandboxStatus = Static<typeof SandboxStatus>

/** The state of the gateway process. */
export const GatewayStatus = Type.Object({
  version: Type.String(),
  pid: Type.Integer(),
  bootId: Type.String(),
  mode: Type.Literal('embedded'),
  startedAt: Instant,
  dataFolder: Type.String(),
  logFile: Type.String(),
  clients: Type.Integer({ description: 'Attached watch connections' }),
  keepRunning: OneOf(keepRunningModes),
  draining: Type.Boolean(),
  enabledCronJobs: Type.Integer(),
  deployedFunctions: Type.Integer(),
  runtimes: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.Optional(Type.String()),
      path: Type.Optional(Type.String()),
      others: Type.Optional(
        Type.Array(Type.String(), { description: 'Further versions, for functions that ask for one' }),
      ),
      problem: Type.Optional(Type.String({ description: 'Why it cannot be used' })),
      hint: Type.Optional(Type.String({ description: 'The command that installs it' })),
    }),
  ),
  sandbox: SandboxStatus,
  notices: Type.Array(Type.String(), { description: 'Sentences for the user, such as a clock jump' }),
})
export type GatewayStatus = Static<typeof GatewayStatus>

/** Changes a setting of the gateway. */
export const GatewayUpdate = Type.Object(
  { keepRunning: Type.Optional(OneOf(keepRunningModes)) },
  { additionalProperties: false },
)
export type GatewayUpdate = Static<typeof GatewayUpdate>

/** Stops the gateway: no new runs; those in progress get `graceSeconds` (default 30) to end. */
export const DrainRequest = Type.Object(
  { graceSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3600 })) },
  { additionalProperties: false },
)
export type DrainRequest = Static<typeof DrainRequest>

/** The lock file of an embedded gateway (`gateway.json`, mode 0600): how clients find it and tell a stale one. */
export const LockFile = Type.Object({
  pid: Type.Integer(),
  processStartTime: Type.String({ description: 'As the kernel reports it; tells a reused pid' }),
  bootId: Type.String({ description: "The machine's boot id" }),
  host: Type.String({ description: 'Host name of the machine, for homes on a network share' }),
  port: Type.Integer(),
  token: Type.String(),
  version: Type.String(),
})
export type LockFile = Static<typeof LockFile>

/** The line that `hks-func gateway run --json` prints when it is ready. */
export const GatewayReady = Type.Object({
  url: Type.String({ description: 'Origin, no path' }),
  token: Type.String(),
  pid: Type.Integer(),
  version: Type.String(),
})
export type GatewayReady = Static<typeof GatewayReady>
