import type { Connection } from '../contract/connections.ts'

/** How a connection fares, in words. */
export const stateText = ({ state, message }: Connection): string =>
  state === 'failed' && message !== undefined ? `failed: ${message}` : state

/** Where a connection leads, in words. */
export const placeText = ({ kind, context, server }: Connection): string =>
  kind === 'local' ? 'this machine' : [context, server].filter(Boolean).join(' at ')
