import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Settings } from '../domain/localState.ts'

const setting = 'functionListenerPort'

/** Listens on loopback, on the port of the last time if it is free, and keeps the port. Answers it. */
export async function listenOnKeptPort(
  server: Server,
  settings: Settings,
  notice: (text: string) => void,
): Promise<number> {
  const kept = Number((await settings.get(setting)) ?? 0)
  const port = (await listen(server, kept)) ?? (await listen(server, 0))
  if (port === undefined) throw new Error('The system gives no free port.')
  if (port !== kept) await settings.set(setting, String(port))
  if (kept !== 0 && port !== kept) {
    notice(
      `Port ${kept} is taken by another program, so the URLs of functions now begin with http://127.0.0.1:${port}.`,
    )
  }
  return port
}

/** The port, or `undefined` when it is taken or may not be used. */
function listen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening)
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    }
    const onListening = () => {
      server.off('error', onError)
      resolve((server.address() as AddressInfo).port)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen({ host: '127.0.0.1', port })
  })
}
