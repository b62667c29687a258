import { dirname } from 'node:path'
import { debug, type DebugConfiguration, DebugConsoleMode, type DebugSession, type Disposable, l10n } from 'vscode'
import { type DebuggedFunction, debugFunction } from '../../client/debugFunction.ts'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { placedError } from '../../scaffold/sourcePlace.ts'
import type { Services } from '../commands/command.ts'
import { deploySource } from '../commands/deploy.ts'
import { type DeployableSource, saveFiles, localSourceAt } from '../commands/deployableSource.ts'
import { reportFailure } from '../commands/reportFailure.ts'
import { attachConfiguration } from '../model/attachConfiguration.ts'
import { requireTrust } from '../panels/requireTrust.ts'
import type { DebugTeller, DebugWork } from './debugAdapter.ts'
import { debugpyFolder } from './pythonDebugger.ts'

/** A debug session of a function: the gateway runs it, and VS Code's debugger of the language attaches to it. */
export function createFunctionDebug(services: Services, parentSession: DebugSession, teller: DebugTeller): DebugWork {
  const stopping = new AbortController()
  let debugged: DebuggedFunction | undefined
  let source: DeployableSource | undefined
  const watching: Disposable[] = []

  const fail = (error: unknown): void => {
    if (stopping.signal.aborted) return
    const placed = source === undefined ? error : placedError(error, source)
    services.faults.mark(placed)
    void reportFailure(placed, services.log)
  }
  const start = async (configuration: DebugConfiguration): Promise<void> => {
    requireTrust()
    source = await localSourceAt(
      services,
      String(configuration['source']),
      configuration['function'] as string | undefined,
    )
    await saveFiles(source.path)
    services.faults.clear(source.path)
    const fn = await deployedFunction(services, source)
    const client = await services.session.ready()
    stopping.signal.throwIfAborted()
    const { path, kind, settings } = source
    const folder = kind === 'folder' ? path : dirname(path)
    const debugpy = settings.runtime === 'python' ? await debugpyFolder() : undefined
    const { handler, environment = {}, secrets = [] } = settings
    const request = { folder, environment, secrets, ...(handler && { handler }), ...(debugpy && { debugpy }) }
    debugged = await debugFunction(client.address, fn.id, request, stopping.signal)
    await attach(debugged, fn, folder)
  }
  const attach = async ({ waiting, ready, ended }: DebuggedFunction, fn: Function, folder: string): Promise<void> => {
    // Its end may come before its start is told.
    void ended.then(reason => {
      if (!stopping.signal.aborted) teller.say(reason)
      teller.over()
    })
    void ready.then(
      () => teller.say(l10n.t('Calls of {0} go to this process until the session ends.', fn.name)),
      (error: unknown) => {
        fail(error)
        teller.over()
      },
    )
    // It may end, or be stopped, while it attaches.
    watching.push(
      debug.onDidTerminateDebugSession(session => {
        if (session.parentSession?.id === parentSession.id) teller.over()
      }),
    )
    const name = l10n.t('Function {0}', fn.name)
    const started = await debug.startDebugging(undefined, attachConfiguration(waiting, name, folder), {
      parentSession,
      lifecycleManagedByParent: true,
      compact: true,
      consoleMode: DebugConsoleMode.MergeWithParent,
      noDebug: false,
      suppressSaveBeforeStart: true,
    })
    if (!started) throw new HksError('FUNCTION_UNAVAILABLE', l10n.t('The debugger did not attach to {0}.', fn.name))
  }
  return {
    start: async configuration => {
      try {
        await start(configuration)
      } catch (error) {
        fail(error)
        throw error
      }
    },
    stop: () => {
      stopping.abort(new HksError('CANCELLED', l10n.t('The debug session was stopped.')))
      debugged?.close()
      for (const one of watching) one.dispose()
    },
  }
}

/** The function that the gateway knows by this name, which is deployed when there is none. Its code need not load. */
async function deployedFunction(services: Services, source: DeployableSource): Promise<Function> {
  const find = (): Function | undefined =>
    [...services.session.resources.functions.values()].find(
      fn => fn.projectId === source.projectId && fn.name === source.settings.name,
    )
  const known = find()
  if (known) return known
  try {
    return await deploySource(services, source)
  } catch (error) {
    const made = error instanceof HksError && error.code === 'DEPLOY_FAILED' ? find() : undefined
    if (made) return made
    throw error
  }
}
