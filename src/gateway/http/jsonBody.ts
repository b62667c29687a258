import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HksError } from '../../contract/errors.ts'

type Done = (error: Error | null, value?: unknown) => void

/** Makes an application read JSON and nothing else; an empty body is none, whatever type it says it has. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/(?:[\w.-]+\+)?json(?:;|$)/, { parseAs: 'buffer' }, parseJson)
  app.addContentTypeParser('*', { parseAs: 'buffer' }, refuseOther)
}

function parseJson(_request: FastifyRequest, body: string | Buffer, done: Done): void {
  if (body.length === 0) return done(null, undefined)
  try {
    done(null, JSON.parse(textOf(body as Buffer)))
  } catch (cause) {
    done(cause instanceof HksError ? cause : notJson(cause as Error))
  }
}

/** Without a byte order mark. @throws HksError INVALID_REQUEST */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new HksError('INVALID_REQUEST', 'body: is not UTF-8.', { details: { field: 'body' }, cause })
  }
}

/** The parser quotes what it could not read, which may be a secret: only its first clause is passed on. */
const notJson = (cause: Error) =>
  new HksError('INVALID_REQUEST', `body: is not valid JSON: ${cause.message.split(', ', 1)[0]}.`, {
    details: { field: 'body' },
    cause,
  })

function refuseOther(_request: FastifyRequest, body: string | Buffer, done: Done): void {
  if (body.length === 0) return done(null, undefined)
  done(new HksError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON: send Content-Type: application/json.'))
}
