// The HTTP side: a request becomes a call, and what comes back an answer, as on a function's URL of the gateway.
import { bodyTooLarge, platformAnswer } from './platformAnswer.mjs'
import { readBody, readHead } from './requestReader.mjs'

const { createHash, randomUUID, timingSafeEqual } = process.getBuiltinModule('node:crypto')
const { createServer } = process.getBuiltinModule('node:http')

const invocationIdHeader = 'HKS-Invocation-Id'
const errorHeader = 'HKS-Error'
const revisionHeader = 'HKS-Revision'
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const bodiless = new Set([204, 304])

/** Of equal length, whatever was sent. */
const sha256 = text => createHash('sha256').update(text).digest()

/** Makes a check whether a request has the diagnostic key; without a key none has. */
function createKeyCheck(key) {
  if (key === '') return () => false
  const expected = sha256(key)
  return ({ headers }) => timingSafeEqual(sha256(String(headers['hks-diagnostic-key'] ?? '')), expected)
}

function invocationIdOf({ headers }) {
  const given = String(headers[invocationIdHeader.toLowerCase()] ?? '').toLowerCase()
  return uuid.test(given) ? given : randomUUID()
}

/**
 * Serves calls; it does not listen yet. `call(call, caller)` makes one and answers what gives it up; `tellBreak(invocationId,
 * failure)` is told why an answer that had begun does not go on.
 */
export function createHttpEdge({ diagnosticKey, revision, call, tellBreak }) {
  const hasKey = createKeyCheck(diagnosticKey)
  let underWay = 0
  let isClosing = false
  let onIdle = () => undefined

  async function handle(request, response) {
    let body
    try {
      body = await readBody(request)
    } catch {
      // The client went away while it sent the body.
      return response.destroy()
    }
    if (body === null) return writeWhole(request, response, bodyTooLarge())
    if (response.destroyed) return undefined
    const invocationId = invocationIdOf(request)
    const own = { [invocationIdHeader]: invocationId }
    // While calls are divided nothing else tells who made the answer.
    if (hasKey(request)) own[revisionHeader] = String(revision)
    const caller = createCaller(request, response, own)
    const giveUp = call({ invocationId, request: readHead(request), body }, caller)
    response.once('close', () => {
      if (!response.writableFinished) giveUp()
    })
  }

  /** Writes what comes back of one call. */
  function createCaller(request, response, own) {
    let isBegun = false
    return {
      answer: answer => writeWhole(request, response, answer, own),
      fail(failure) {
        // What was pushed before comes first; the end of the connection then says that the rest is missing.
        if (!isBegun) return writeWhole(request, response, platformAnswer(failure, hasKey(request)), own)
        tellBreak(own[invocationIdHeader], failure)
        response.socket?.destroySoon()
      },
      begin({ status, headers }) {
        isBegun = true
        writeHead(response, status, headers, own)
        // The reader may wait for them: the first chunk can be a long time coming.
        if (request.method === 'HEAD') response.end()
        else response.flushHeaders()
      },
      push(chunk, onTaken) {
        if (!response.destroyed && !response.writableEnded) response.write(chunk, error => error ?? onTaken())
      },
      end: () => response.end(),
    }
  }
  function writeHead(response, status, headers, own) {
    response.statusCode = status
    for (const [name, value] of Object.entries({ ...headers, ...own })) response.setHeader(name, value)
    if (isClosing) response.setHeader('Connection', 'close')
  }
  function writeWhole(request, response, { status, headers, body, code }, own = {}) {
    if (response.destroyed || response.writableEnded) return
    writeHead(response, status, headers, code === undefined ? own : { ...own, [errorHeader]: code })
    // A request whose body was not read to its end leaves a connection that can't be used again.
    if (!request.complete) response.setHeader('Connection', 'close')
    const hasBody = !bodiless.has(status)
    if (hasBody) response.setHeader('Content-Length', body.length)
    response.end(hasBody && request.method !== 'HEAD' ? body : undefined)
  }

  const server = createServer((request, response) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
      if (isClosing && underWay === 0) onIdle()
    })
    void handle(request, response)
  })
  // A proxy that keeps connections decides when one has been idle for too long.
  server.keepAliveTimeout = 0

  return {
    /** Resolves when it listens. Rejects with the system's error. */
    listen: port =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, resolve)
      }),
    /** Takes no new connection; resolves when no call is under way. */
    async close() {
      isClosing = true
      server.close()
      if (underWay > 0) {
        await new Promise(resolve => {
          onIdle = resolve
        })
      }
    },
  }
}
