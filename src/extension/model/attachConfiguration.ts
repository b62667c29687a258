import type { DebugWaiting } from '../../contract/debug.ts'

/** A configuration of the debugger of a language, which attaches to a process that waits for it. */
export interface AttachConfiguration {
  readonly type: string
  readonly name: string
  readonly request: 'attach'
  readonly [setting: string]: unknown
}

/** How VS Code's own debugger of the language attaches; `folder` is the source as the editor names it. */
export function attachConfiguration(waiting: DebugWaiting, name: string, folder: string): AttachConfiguration {
  const { host, port, url, platformFolder } = waiting
  const own = { name, request: 'attach' as const }
  if (waiting.runtime === 'python') {
    const pathMappings = [{ localRoot: folder, remoteRoot: waiting.folder }]
    return { ...own, type: 'debugpy', connect: { host, port }, pathMappings, justMyCode: true }
  }
  return {
    ...own,
    type: 'node',
    ...(url === undefined ? { address: host, port } : { websocketAddress: url }),
    cwd: folder,
    // The folder may have been opened by another path than its real one.
    ...(folder === waiting.folder ? {} : { localRoot: folder, remoteRoot: waiting.folder }),
    skipFiles: ['<node_internals>/**', `${platformFolder}/**`],
  }
}
