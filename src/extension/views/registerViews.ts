import { type Disposable, l10n, window } from 'vscode'
import { views } from '../contributions.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import type { OpenProjects } from '../gatewayProcess/openProjects.ts'
import type { LogChannels } from '../logs/logChannels.ts'
import { problemNodes } from '../model/gatewayState.ts'
import type { Resources } from '../model/resources.ts'
import { staleTree } from '../model/staleTree.ts'
import { cronJobTree, functionTree, type Tree } from '../model/tree.ts'
import type { RenderOptions } from '../model/treeNode.ts'
import { renderOptions } from './renderOptions.ts'
import { createTreeView } from './treeView.ts'

/** Milliseconds within which several changes are drawn together. */
const settle = 50

/** Milliseconds between two drawings of relative times: each second while a run's clock ticks, else twice a minute. */
const ticks = { running: 1000, resting: 30_000 }

type Build = (resources: Resources, options: RenderOptions) => Tree

/** Registers both tree views. The gateway is started when one of them is first seen. */
export function registerViews(session: GatewaySession, openProjects: OpenProjects, logs: LogChannels): Disposable[] {
  return [
    registerView(views.cronJobs, cronJobTree, session, openProjects, logs),
    registerView(views.functions, functionTree, session, openProjects, logs),
  ]
}

function registerView(
  id: string,
  build: Build,
  session: GatewaySession,
  openProjects: OpenProjects,
  logs: LogChannels,
): Disposable {
  let pending: NodeJS.Timeout | undefined
  let ticking: NodeJS.Timeout | undefined

  const view = createTreeView(id, () => {
    if (view.visible) seen()
    else clearTimeout(ticking)
  })
  const render = (): void => {
    clearTimeout(pending)
    clearTimeout(ticking)
    pending = undefined
    const told = build(session.resources, renderOptions(openProjects, logs))
    const problems = problemNodes(id, session.state, l10n.t)
    const tree = problems.length === 0 ? told : staleTree(told, l10n.t)
    view.render({ roots: [...problems, ...tree.roots], broken: tree.broken })
    const isTicking = problems.length === 0 && isRunning(session.resources)
    if (view.visible) ticking = setTimeout(render, isTicking ? ticks.running : ticks.resting)
  }
  const seen = (): void => {
    if (session.state.kind === 'idle') {
      session.start()
      void window.withProgress({ location: { viewId: id } }, () => firstState(session))
    }
    render()
  }
  const soon = (): void => {
    pending ??= setTimeout(render, settle)
  }
  const subscriptions = [
    session.onDidChangeState(soon),
    session.onDidChangeResources(soon),
    openProjects.onDidChange(soon),
    logs.onDidChangeFollowing(soon),
  ]
  if (view.visible) seen()
  return {
    dispose: () => {
      clearTimeout(pending)
      clearTimeout(ticking)
      for (const subscription of subscriptions) subscription.dispose()
      view.dispose()
    },
  }
}

const isRunning = (resources: Resources): boolean =>
  [...resources.cronJobs.values()].some(job => job.recentExecutions.some(e => e.status === 'running'))

/** Ends when the gateway is there or will not be. */
const firstState = (session: GatewaySession): Promise<void> =>
  session.ready().then(
    () => undefined,
    // The view shows it as a row.
    () => undefined,
  )
