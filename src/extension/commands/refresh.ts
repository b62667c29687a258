import type { Command } from './command.ts'

/** Connects anew: the way out of an error and of a stopped gateway. */
export const refresh: Command = {
  name: 'refresh',
  run: async ({ session }) => {
    session.reconnect()
    await session.ready()
  },
}
