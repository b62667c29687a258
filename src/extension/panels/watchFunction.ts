import type { Disposable } from 'vscode'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import type { WebviewHost } from './webviewHost.ts'

/** Tells the page of a function what becomes of it, and which calls are made. */
export function watchFunction(
  session: GatewaySession,
  id: string,
  emit: WebviewHost<'functionInvoke'>['emit'],
): Disposable {
  const changes = session.onDidReceive(change => {
    if (change.type === 'delete') {
      if (change.kind === 'function' && change.id === id) emit('deleted', { id })
    } else if (change.kind === 'function' && change.object.id === id) emit('function', { function: change.object })
    else if (change.kind === 'calls' && change.object.functionId === id) emit('calls', { calls: change.object.latest })
    else if (change.kind === 'invocation' && change.object.functionId === id) emit('calls', { calls: [change.object] })
  })
  // A snapshot is no change: what happened while the gateway was away is told here.
  const states = session.onDidChangeState(({ kind }) => {
    if (kind !== 'ready') return
    const fn = session.resources.functions.get(id)
    if (fn === undefined) emit('deleted', { id })
    else emit('function', { function: fn })
    const calls = session.resources.calls.get(id)
    if (calls !== undefined) emit('calls', { calls: calls.latest })
  })
  return {
    dispose: () => {
      changes.dispose()
      states.dispose()
    },
  }
}
