import { commands as vscodeCommands, type ExtensionContext, l10n, window, workspace } from 'vscode'
import { version } from '../base/version.ts'
import { allCommands } from './commands/allCommands.ts'
import type { Services } from './commands/command.ts'
import { registerCommands } from './commands/registerCommands.ts'
import { reportFailure } from './commands/reportFailure.ts'
import { contextKeys, settings } from './contributions.ts'
import { followFunctionSource } from './debug/functionSourceContext.ts'
import { registerDebugger } from './debug/registerDebugger.ts'
import { createChosenProject } from './gatewayProcess/chosenProject.ts'
import { createGatewayControl } from './gatewayProcess/gatewayControl.ts'
import { createGatewaySession } from './gatewayProcess/gatewaySession.ts'
import { greet, sendKeepRunning, tellOnce } from './gatewayProcess/greet.ts'
import { createOpenProjects } from './gatewayProcess/openProjects.ts'
import { createDeployedSources } from './hotReload/deployedSources.ts'
import { createHotReloads } from './hotReload/hotReloads.ts'
import { tellReload } from './hotReload/tellReload.ts'
import { registerLanguage } from './language/registerLanguage.ts'
import { createLogChannels } from './logs/logChannels.ts'
import { createPanels } from './panels/panels.ts'
import { createAnswerDocuments } from './views/answerDocuments.ts'
import { createFaults } from './views/faults.ts'
import { createGatewayManifests } from './views/gatewayManifests.ts'
import { createPreviewDocuments } from './views/previewDocuments.ts'
import { registerViews } from './views/registerViews.ts'
import { createStatusBar } from './views/statusBar.ts'

/** Registers everything and starts nothing: the gateway is started when a view or a command first needs it. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Hexabase HKS', { log: true })
  const report = (error: unknown): void => void reportFailure(error, log)

  const openProjects = createOpenProjects()
  const gateway = createGatewayControl({
    gatewayProgram: context.asAbsolutePath('dist/gateway.mjs'),
    version,
    onProgress: sentence => log.info(sentence),
  })
  const session = createGatewaySession({
    connect: gateway.connect,
    find: gateway.find,
    greet: (client, signal) => greet(client, openProjects, signal),
  })
  const logs = createLogChannels(session.ready, report)
  const answers = createAnswerDocuments()
  const previews = createPreviewDocuments()
  const panels = createPanels({ context, session, logs, answers, previews, log })
  const faults = createFaults()
  const gatewayManifests = createGatewayManifests(session)
  const hotReloads = createHotReloads({
    session,
    memento: context.workspaceState,
    onReload: (fn, reload) => tellReload(fn, reload, faults, log),
    onEnd: ({ place }, error) => {
      faults.clear(place.path)
      if (error !== undefined) report(error)
    },
  })
  const deployedSources = createDeployedSources(context.workspaceState)
  const chosenProject = createChosenProject(context.workspaceState, () => session.resources)
  const own = { openProjects, chosenProject, logs, hotReloads }
  const shown = { panels, answers, faults, gatewayManifests }
  const services: Services = { ...own, ...shown, context, session, gateway, deployedSources, log }

  const setContext = (key: string, value: unknown): void => void vscodeCommands.executeCommand('setContext', key, value)
  const reregister = (): void => {
    if (session.state.kind === 'ready') void session.ready().then(openProjects.register).catch(report)
  }
  const resumeHotReload = (): void => {
    if (workspace.isTrusted) void hotReloads.resume().catch(report)
  }
  context.subscriptions.push(
    log,
    openProjects,
    chosenProject,
    session,
    logs,
    panels,
    answers,
    previews,
    hotReloads,
    faults,
    gatewayManifests,
    createStatusBar(session, chosenProject),
    ...registerViews(session, own),
    ...registerCommands(services, allCommands),
    ...registerDebugger(services),
    ...registerLanguage(services),
    followFunctionSource(setContext),
    session.onDidChangeState(state => {
      setContext(contextKeys.gateway, state.kind)
      if (state.kind === 'ready') resumeHotReload()
      if (state.kind === 'error' || state.kind === 'reconnecting') log.warn(l10n.t('Gateway: {0}', state.error.message))
    }),
    session.onDidChangeResources(resources => tellOnce(resources, context.globalState)),
    workspace.onDidChangeWorkspaceFolders(reregister),
    workspace.onDidGrantWorkspaceTrust(() => {
      reregister()
      if (session.state.kind === 'ready') resumeHotReload()
    }),
    workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration(settings.keepRunning) || session.state.kind !== 'ready') return
      void session
        .ready()
        .then(client => sendKeepRunning(client, undefined))
        .catch(report)
    }),
  )
}
