import type { Command } from './command.ts'

/** Opens the log file of the gateway. */
export const showGatewayLog: Command = {
  name: 'showGatewayLog',
  run: ({ gateway }) => gateway.showLog(),
}
