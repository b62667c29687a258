import { DrainRequest, GatewayStatus, GatewayUpdate } from '../gateway.ts'
import { type Route, v1 } from './route.ts'

/** Routes of the gateway itself. */
export const gatewayRoutes = {
  getGateway: {
    method: 'GET',
    path: `${v1}/gateway`,
    summary: 'State of the gateway',
    scope: 'read',
    success: { status: 200, body: GatewayStatus },
  },
  updateGateway: {
    method: 'PATCH',
    path: `${v1}/gateway`,
    summary: 'Change a setting of the gateway',
    scope: 'admin',
    body: GatewayUpdate,
    success: { status: 200, body: GatewayStatus },
  },
  checkGateway: {
    method: 'POST',
    path: `${v1}/gateway/check`,
    summary: 'Look again for the sandbox of this machine',
    scope: 'admin',
    success: { status: 200, body: GatewayStatus },
  },
  drainGateway: {
    method: 'POST',
    path: `${v1}/gateway/drain`,
    summary: 'Stop the gateway after its runs ended',
    scope: 'admin',
    body: DrainRequest,
    success: { status: 202, body: GatewayStatus },
  },
} as const satisfies Record<string, Route>
