// The inspector of a process that is debugged.
import inspector from 'node:inspector'

/**
 * Lets a debugger attach, on a port of its own. Answers what the ready frame tells of it; the path of `url` is known to
 * nobody else, as the gateway starts this process with `--inspect-publish-uid=stderr`.
 */
export function openDebugger() {
  inspector.open(0, '127.0.0.1')
  const url = inspector.url()
  return { host: '127.0.0.1', port: Number(new URL(url).port), url }
}

/** Waits until a debugger has attached and said where to stop. */
export const waitForDebugger = () => inspector.waitForDebugger()
