import { type Disposable, l10n, type ViewBadge, window } from 'vscode'
import { views } from '../contributions.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { activityTree, ownActivity } from '../model/activityTree.ts'
import { problemNodes } from '../model/gatewayState.ts'
import { goesOn, type Resources } from '../model/resources.ts'
import { staleTree } from '../model/staleTree.ts'
import { cronJobTree, functionTree, type Tree } from '../model/tree.ts'
import type { RenderOptions } from '../model/treeNode.ts'
import { renderOptions, type WindowState } from './renderOptions.ts'
import { createTreeView, type Drawn } from './treeView.ts'
import { wayToFunction } from './wayToFunction.ts'

/** Milliseconds within which several changes are drawn together. */
const settle = 50

/** Milliseconds between two drawings of relative times: each second while a clock ticks, else twice a minute. */
const ticks = { running: 1000, resting: 30_000 }

/** What a view shows now; `nextAt` is when more has to be shown although nothing changed, epoch milliseconds. */
type Draw = (options: RenderOptions) => Drawn & { readonly nextAt?: number }

/** Registers the tree views. The gateway is started when one of them is first seen. */
export function registerViews(session: GatewaySession, state: WindowState): Disposable[] {
  const { logs } = state
  const inventory =
    (id: string, build: (resources: Resources, options: RenderOptions) => Tree): Draw =>
    options => {
      const told = build(session.resources, options)
      const problems = problemNodes(id, session.state, l10n.t)
      const tree = problems.length === 0 ? told : staleTree(told, l10n.t)
      return { roots: [...problems, ...tree.roots], badge: badgeOf(tree.broken, brokenWords) }
    }
  const activity: Draw = options => {
    const { running, ...tree } =
      session.state.kind === 'ready'
        ? activityTree(session.resources, logs.following, options)
        : ownActivity(logs.following, options)
    return { ...tree, badge: badgeOf(running, runningWords) }
  }
  const register = (id: string, draw: Draw): Disposable => registerView(id, draw, session, state)
  return [
    register(views.cronJobs, inventory(views.cronJobs, cronJobTree)),
    register(views.functions, inventory(views.functions, functionTree)),
    register(views.activity, activity),
  ]
}

const badgeOf = (value: number, words: (value: number) => string): ViewBadge | undefined =>
  value === 0 ? undefined : { value, tooltip: words(value) }

const brokenWords = (broken: number): string =>
  broken === 1 ? l10n.t('1 is broken') : l10n.t('{0} are broken', broken)

const runningWords = (running: number): string =>
  running === 1 ? l10n.t('1 is running') : l10n.t('{0} are running', running)

function registerView(id: string, draw: Draw, session: GatewaySession, state: WindowState): Disposable {
  let pending: NodeJS.Timeout | undefined
  let ticking: NodeJS.Timeout | undefined

  const look = (): void => {
    if (view.visible) seen()
    else render()
  }
  const view = createTreeView(id, look, target => wayToFunction(session, target))
  const render = (): void => {
    clearTimeout(pending)
    clearTimeout(ticking)
    pending = undefined
    const options = renderOptions(state)
    const drawn = draw(options)
    view.render(drawn)
    const isTicking = session.state.kind === 'ready' && goesOn(session.resources)
    const tick = view.visible ? (isTicking ? ticks.running : ticks.resting) : Number.POSITIVE_INFINITY
    const wait = Math.min(tick, (drawn.nextAt ?? Number.POSITIVE_INFINITY) - options.now)
    // Unseen rows need no clock.
    if (Number.isFinite(wait)) ticking = setTimeout(render, wait)
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
    state.openProjects.onDidChange(soon),
    state.chosenProject.onDidChange(soon),
    state.logs.onDidChangeFollowing(soon),
    state.hotReloads.onDidChange(soon),
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

/** Ends when the gateway is there or will not be. */
const firstState = (session: GatewaySession): Promise<void> =>
  session.ready().then(
    () => undefined,
    // The view shows it as a row.
    () => undefined,
  )
