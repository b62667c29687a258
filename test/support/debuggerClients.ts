import { pathToFileURL, fileURLToPath } from 'node:url'
import type { DebugWaiting } from '../../src/contract/debug.ts'
import { attachDebugpy } from './debugpyClient.ts'
import { attachInspector } from './inspectorClient.ts'

/** Where a debugger made a process stop. */
export interface Stop {
  readonly path: string
  /** Counted from one. */
  readonly line: number
  /** An expression there, as text. */
  evaluate(expression: string): Promise<string>
}

/** A debugger that does no more than tests need. */
export interface DebuggerClient extends Disposable {
  /** Stops at a line, counted from one, of a file that may not be loaded yet. Before `run`. */
  breakAt(path: string, line: number): Promise<void>
  /** Lets a process go on that waits for its debugger. */
  run(): Promise<void>
  /** The next stop; one that nobody asked for yet counts. */
  stop(): Promise<Stop>
  resume(): Promise<void>
}

/** Attaches to what waits for a debugger, in the debugger's own protocol. */
export async function attachDebugger({ runtime, host, port, url }: DebugWaiting): Promise<DebuggerClient> {
  if (runtime === 'python') return attachDebugpy(host, port)
  const inspector = await attachInspector(url!)
  return {
    ...inspector,
    breakAt: (path, line) => inspector.breakAt(pathToFileURL(path).href, line),
    stop: async () => {
      const stop = await inspector.stop()
      return {
        path: fileURLToPath(stop.file),
        line: stop.line,
        evaluate: async expression => String(await stop.evaluate(expression)),
      }
    },
  }
}
