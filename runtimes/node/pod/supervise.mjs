// Loads the function in a process of its own, then listens, and ends as docs/runtime-protocol.md says.
import { createHttpEdge } from './httpEdge.mjs'
import { openInstance } from './instance.mjs'
import { createLogWriter } from './logWriter.mjs'
import { createMask } from './mask.mjs'
import { createServing } from './serving.mjs'
import { openSource, SourceUnreadable } from './source.mjs'
import { spawnHandler } from './spawnHandler.mjs'
import { writeTerminationMessage } from './terminationMessage.mjs'

const exitFailed = 1
/** How long an answer may take to leave before the process ends for a reason of its own. */
const lastAnswersMs = 1000

/** Never returns to who called it before the process ends. `first` is a process that waits for the code. */
export function supervise(settings, first) {
  const { port, concurrency, handler, functionName, revision, timeoutSeconds, check, diagnosticKey } = settings
  const limits = { memoryBytes: settings.memoryBytes, cpuSeconds: settings.cpuSeconds }
  const hide = createMask(settings.secrets)
  const log = createLogWriter(settings.logFormat, hide)
  const call = (one, caller) => serving.call(one, caller)
  const edge = createHttpEdge({ diagnosticKey, revision, call, tellBreak: log.brokeOff })
  let waiting = first
  let dir

  const serving = createServing({
    concurrency,
    open(listener) {
      const load = { dir, handler, functionName, revision, timeoutSeconds, check: check && waiting !== undefined }
      const spawned = waiting ?? spawnHandler()
      waiting = undefined
      return openInstance(spawned, { load, limits, hide, writeLine: log.write }, listener)
    },
    onReady: () =>
      edge.listen(port).catch(({ code, message }) => fail({ code: 'LISTEN_FAILED', type: String(code), message })),
    onFatal: fail,
    say: log.system,
  })

  /** Ends with the reason where Kubernetes looks for it. */
  async function fail({ code, type, message, place = '', trace = [], lines = [] }) {
    await Promise.race([edge.close(), new Promise(resolve => setTimeout(resolve, lastAnswersMs))])
    const where = place === '' ? '' : ` (at ${place})`
    const oneLine = `${code} ${type}: ${message.replaceAll(/\s*\n\s*/g, ' ')}${where}`
    const reason = [oneLine, ...(trace.length > 0 ? trace : lines)].join('\n')
    log.system(reason)
    writeTerminationMessage(hide(reason))
    serving.stop()
    process.exit(exitFailed)
  }
  /** What is under way ends in its own time. */
  async function end() {
    await edge.close()
    serving.stop()
    process.exit(0)
  }

  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  try {
    dir = openSource(settings.source)
  } catch (error) {
    if (!(error instanceof SourceUnreadable)) throw error
    first.kill('SIGKILL')
    void fail({ code: 'SOURCE_UNREADABLE', type: 'SourceUnreadable', message: error.message })
    return
  }
  serving.start()
}
