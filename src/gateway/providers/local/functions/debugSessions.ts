import { languageOf } from '../../../domain/functionContent.ts'
import { HksError, invalidField } from '../../../../contract/errors.ts'
import type { DebugRequest, DebugSession } from '../../../domain/functionDebug.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { NewLogLine } from '../../../domain/log.ts'
import type { SecretResolver } from '../secrets.ts'
import { findDebugFolder, findDebugpy } from './debugFolder.ts'
import type { DebuggedCode, DebuggedRuntime, LaunchDebuggee } from './debugLauncher.ts'
import { createDebugPool, debugSeconds } from './debugPool.ts'
import { explainFailure, type FailureWords } from '../../../domain/deployFailure.ts'
import type { FunctionLog } from '../../../domain/functionLog.ts'
import type { RevisionCode } from './functionPool.ts'
import { createFunctionServing, type FunctionServing } from './functionServing.ts'
import { createSpareInstances } from './spareInstances.ts'
import { untilAborted } from '../../../../base/untilAborted.ts'

/** The functions that are being debugged. */
export interface DebugSessions {
  /** What takes the calls of a function while it is debugged. */
  of(functionId: string): FunctionServing | undefined
  /** @throws HksError INVALID_REQUEST, CONFLICT, NOT_FOUND (a secret), RUNTIME_MISSING …; `signal.reason` */
  open(fn: StoredFunction, request: DebugRequest, signal: AbortSignal): Promise<DebugSession>
  /** Ends the session of a function, if there is one. */
  end(functionId: string): Promise<void>
  /** Ends all. */
  stop(): Promise<void>
}

/** What sessions need. */
export interface DebugSessionsOptions {
  readonly launch: LaunchDebuggee
  readonly clock: Clock
  readonly secrets: Pick<SecretResolver, 'resolve'>
  readonly log: FunctionLog
  /** The folder with the packages of the revision that serves a function; `undefined` when it has none. */
  readonly packagesOf: (fn: StoredFunction, signal: AbortSignal) => Promise<string | undefined>
  /** A session of the function has begun or ended. Must not throw. */
  readonly onChange: (functionId: string) => void
  /** Seconds that the start of a process may take. */
  readonly startSeconds: number
  readonly report: (error: unknown) => void
}

/** A debugger needs memory, too. */
const leastMemoryBytes = 2 ** 30

const debugWords: FailureWords = {
  refused: 'The code can not be debugged',
  failed: 'The debug session could not be started.',
  again: 'Correct the file and debug it again.',
}

interface Live {
  readonly serving: FunctionServing
  close(): Promise<void>
}

/** No sessions. */
export function createDebugSessions(options: DebugSessionsOptions): DebugSessions {
  const { clock, log, report } = options
  const live = new Map<string, Live>()
  const ending = new Set<Promise<void>>()

  const refuseSecond = ({ id, spec }: StoredFunction) => {
    if (!live.has(id)) return
    throw new HksError('CONFLICT', `The function "${spec.name}" is being debugged already.`, {
      hint: 'End that debug session first.',
    })
  }
  const codeOf = async (fn: StoredFunction, request: DebugRequest, signal: AbortSignal): Promise<DebuggedCode> => {
    const runtime = debuggable(fn)
    if (request.debugpy !== undefined && runtime !== 'python')
      throw invalidField('debugpy', request.debugpy, 'is for functions in Python.')
    // Those of Node are beside the code of whoever works on it.
    const installed = runtime === 'python' ? await options.packagesOf(fn, signal) : undefined
    return {
      runtime,
      runtimeVersion: fn.spec.runtimeVersion,
      ...(installed !== undefined && { installed }),
      folder: await findDebugFolder(request.folder, request.projectFolder),
      ...(request.debugpy !== undefined && { debugpy: await findDebugpy(request.debugpy) }),
    }
  }
  const revisionOf = async (
    fn: StoredFunction,
    request: DebugRequest,
    { folder, installed }: DebuggedCode,
  ): Promise<RevisionCode> => {
    const { spec } = fn
    const secrets = request.secrets ?? spec.secrets
    return {
      functionId: fn.id,
      functionName: spec.name,
      revision: fn.serving,
      runtime: languageOf(spec),
      handler: request.handler ?? spec.handler,
      folder: folder.path,
      ...(installed !== undefined && { packagesElsewhere: installed }),
      environment: request.environment ?? spec.environment,
      secrets: await options.secrets.resolve(fn.projectId, secrets),
      secretReferences: secrets.map(({ from }) => from),
      timeoutSeconds: debugSeconds,
      limits: { memoryBytes: Math.max(spec.resources.memoryBytes, leastMemoryBytes), cpuSeconds: debugSeconds * 100 },
      profile: spec.profile,
      network: 'full',
    }
  }
  const servingOf = (fn: StoredFunction, revision: RevisionCode, code: DebuggedCode) => {
    const pool = createDebugPool({
      launch: options.launch,
      code,
      startSeconds: options.startSeconds,
      onLines: (lines: readonly NewLogLine[]) => log.write(fn.id, lines),
      now: clock.now,
      report,
    })
    const serving = createFunctionServing({
      functionId: fn.id,
      pool,
      spares: createSpareInstances({ clock, most: 0, isPressed: () => false }),
      clock,
      idleSeconds: debugSeconds,
      queueSeconds: debugSeconds,
      revision: {
        number: fn.serving,
        scaling: { ...fn.spec.scaling, minScale: 1, maxScale: 1 },
        prepare: () => Promise.resolve(revision),
      },
      onReplicas: () => undefined,
      onEvent: text => log.system(fn.id, text),
    })
    return { pool, serving }
  }
  const end = (id: string, session: Live): Promise<void> => {
    if (live.get(id) !== session) return Promise.resolve()
    // Calls go to the revision that serves from now on.
    live.delete(id)
    options.onChange(id)
    log.system(id, 'Debugging has ended.')
    const ended = session.serving.stop(0).finally(() => ending.delete(ended))
    ending.add(ended)
    return ended
  }

  return {
    of: id => live.get(id)?.serving,
    open: async (fn, request, signal) => {
      refuseSecond(fn)
      const code = await codeOf(fn, request, signal)
      const revision = await revisionOf(fn, request, code)
      refuseSecond(fn)
      signal.throwIfAborted()
      const { pool, serving } = servingOf(fn, revision, code)
      const session: Live = { serving, close: () => (closing ??= end(fn.id, session)) }
      let closing: Promise<void> | undefined
      live.set(fn.id, session)
      options.onChange(fn.id)
      log.system(fn.id, beginning(fn, code))
      serving.fill()
      try {
        const { debugger: address, platformFolder } = await untilAborted(pool.waiting, signal)
        const ready = pool.loaded.catch((error: unknown) => {
          void session.close().catch(report)
          throw explainFailure(error, debugWords)
        })
        ready.catch(() => undefined)
        void pool.lost.then(session.close).catch(report)
        const place = { runtime: code.runtime, ...address, folder: code.folder.path, platformFolder }
        return { place, ready, ended: pool.lost, close: session.close }
      } catch (error) {
        await session.close()
        throw explainFailure(error, debugWords)
      }
    },
    end: async id => {
      await live.get(id)?.close()
    },
    stop: async () => {
      await Promise.all([...live.values()].map(session => session.close()))
      await Promise.all(ending)
    },
  }
}

function debuggable({ spec }: StoredFunction): DebuggedRuntime {
  const { name, profile } = spec
  const runtime = languageOf(spec)
  if (profile === 'agent') {
    const message = `The function "${name}" has the profile agent: a process that is debugged has the network of this machine.`
    throw new HksError('SANDBOX_UNAVAILABLE', message, {
      hint: 'Read the code and deploy it with profile: function.',
    })
  }
  if (runtime !== 'go') return runtime
  throw new HksError('UNSUPPORTED_PLATFORM', `The function "${name}" is in Go, which can not be debugged here yet.`, {
    details: { runtime },
    hint: 'Debug its handler in a Go test, or print to its log.',
  })
}

const beginning = ({ spec: { network } }: StoredFunction, { folder }: DebuggedCode): string => {
  const difference = network === 'full' ? '' : ` It has the network of this machine, not network: ${network}.`
  return `Debugging begins: calls go to the code in ${folder.path}.${difference}`
}
