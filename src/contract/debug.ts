import { type Static, Type } from 'typebox'
import { Environment, OneOf, SecretReference } from './common.ts'
import { runtimes } from './functions.ts'

/**
 * Begins to debug a function: the first message of `WS /functions/:id/debug`. What is left out is as deployed. The session
 * lasts as long as the connection.
 */
export const FunctionDebug = Type.Object(
  {
    folder: Type.String({ maxLength: 4096, description: 'Absolute path of the source, in the folder of the project' }),
    handler: Type.Optional(Type.String({ maxLength: 200, description: 'module.function' })),
    environment: Type.Optional(Environment),
    secrets: Type.Optional(Type.Array(SecretReference, { maxItems: 100 })),
    debugpy: Type.Optional(
      Type.String({
        maxLength: 4096,
        description: 'Absolute path of the package debugpy; else that of the interpreter. Python only',
      }),
    ),
  },
  { additionalProperties: false },
)
export type FunctionDebug = Static<typeof FunctionDebug>

/** The process waits for a debugger; calls wait for the process. */
export const DebugWaiting = Type.Object({
  type: Type.Literal('waiting'),
  runtime: OneOf(runtimes),
  host: Type.String(),
  port: Type.Integer(),
  url: Type.Optional(Type.String({ description: 'Of the inspector; it is nowhere else to be found. Node only' })),
  folder: Type.String({ description: 'Where the debugger sees the source: the real path of the folder' }),
  platformFolder: Type.String({ description: 'The files of the platform, which nobody wants to step into' }),
})
export type DebugWaiting = Static<typeof DebugWaiting>

/** What the gateway says on that connection; or an error, as everywhere. */
export const DebugMessage = Type.Union([
  DebugWaiting,
  Type.Object({ type: Type.Literal('ready', { description: 'A debugger has attached and the code is loaded' }) }),
  Type.Object({ type: Type.Literal('ended', { description: 'The process has ended' }), reason: Type.String() }),
])
export type DebugMessage = Static<typeof DebugMessage>
