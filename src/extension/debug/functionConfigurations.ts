import { relative } from 'node:path'
import {
  type DebugConfiguration,
  type DebugConfigurationProvider,
  l10n,
  RelativePattern,
  Uri,
  window,
  workspace,
  type WorkspaceFolder,
} from 'vscode'
import { HksError } from '../../contract/errors.ts'
import { readFunctionFolder } from '../../scaffold/functionYaml.ts'
import type { Services } from '../commands/command.ts'
import { type DeployableSource, findLocalSource, localSourceAt } from '../commands/deployableSource.ts'
import { reportFailure } from '../commands/reportFailure.ts'
import { debugType } from '../contributions.ts'
import { requireTrust } from '../panels/requireTrust.ts'
import { offerPythonDebugger } from './pythonDebugger.ts'

/** The configuration that debugs a source. */
export function debugConfiguration({ path, settings }: DeployableSource): DebugConfiguration {
  const { name } = settings
  return { type: debugType, request: 'launch', name: l10n.t('Debug {0}', name), source: path, function: name }
}

/** Says whether a function can be debugged here. @throws HksError UNSUPPORTED_PLATFORM for Go and for images */
export async function canDebug({ settings: { name, runtime, image } }: DeployableSource): Promise<boolean> {
  if (image !== undefined)
    throw new HksError('UNSUPPORTED_PLATFORM', l10n.t('{0} is an image, and no image runs on this machine.', name), {
      hint: l10n.t('Deploy it to a cluster.'),
    })
  if (runtime === 'go')
    throw new HksError('UNSUPPORTED_PLATFORM', l10n.t('{0} is in Go, which can not be debugged here yet.', name), {
      hint: l10n.t('Debug its handler in a Go test, or print to its log.'),
    })
  return runtime !== 'python' || offerPythonDebugger()
}

/** Finds functions to debug, and fills in what a configuration leaves out. */
export function createFunctionConfigurations(services: Services): DebugConfigurationProvider {
  return {
    provideDebugConfigurations: async folder => {
      // Nothing of a folder is read that is not trusted.
      if (!workspace.isTrusted) return []
      const found = await workspace.findFiles(
        folder === undefined ? '**/function.yaml' : new RelativePattern(folder, '**/function.yaml'),
        '**/{node_modules,.git}/**',
        100,
      )
      const read = await Promise.allSettled(found.map(file => readIn(folder, Uri.joinPath(file, '..').fsPath)))
      return read.flatMap(one => (one.status === 'fulfilled' ? one.value : []))
    },
    // Variables such as ${workspaceFolder} have their values here.
    resolveDebugConfigurationWithSubstitutedVariables: async (_folder, given) => {
      try {
        requireTrust()
        const named = given['source'] as unknown
        const source = typeof named === 'string' ? await sourceIn(services, named, given) : await openSource(services)
        if (source === undefined || !(await canDebug(source))) return undefined
        const { name, ...filled } = debugConfiguration(source)
        return { ...given, ...filled, name: given.name || name }
      } catch (error) {
        void reportFailure(error, services.log)
        return undefined
      }
    },
  }
}

const sourceIn = (services: Services, path: string, { function: name }: DebugConfiguration) =>
  // A command has asked for the name of a single file already.
  typeof name === 'string' ? localSourceAt(services, path, name) : findLocalSource(services, Uri.file(path))

function openSource(services: Services): Promise<DeployableSource | undefined> {
  const uri = window.activeTextEditor?.document.uri
  return findLocalSource(services, uri?.scheme === 'file' ? uri : undefined)
}

async function readIn(folder: WorkspaceFolder | undefined, path: string): Promise<DebugConfiguration[]> {
  const { settings } = await readFunctionFolder(path)
  if (settings.runtime === 'go' || settings.image !== undefined) return []
  const source = folder === undefined ? path : `\${workspaceFolder}/${relative(folder.uri.fsPath, path)}`
  return [{ type: debugType, request: 'launch', name: l10n.t('Debug {0}', settings.name), source }]
}
