import type { FastifyInstance } from 'fastify'

/** Listens on loopback and answers the port that was given. Port 0 takes a free one. */
export async function listen(app: FastifyInstance, port: number): Promise<number> {
  await app.listen({ host: '127.0.0.1', port })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.')
  return address.port
}
