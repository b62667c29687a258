import { Duplex } from 'node:stream'
import type WebSocket from 'ws'
import type { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from './kubeClient.ts'
import type { ForwardTarget } from './podsOfService.ts'
import { connectionFailed } from './translateError.ts'

/** The kubelet's protocol: the first byte of each message is its channel, and the first message of each channel tells the port. */
const protocol = 'v4.channel.k8s.io'
const dataChannel = 0
const errorChannel = 1
const portBytes = 2
/** The code of a connection that ended without saying so (RFC 6455, 7.4.1). */
const abnormalClosure = 1006

/** One connection to a port of a pod. It can not be closed by halves: its end closes it. @throws HksError */
export async function openPodStream(
  client: KubeClient,
  namespace: string,
  { pod, port }: ForwardTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward`
  const socket = await client.webSocket(path, { query: { ports: port }, protocol, signal })
  return streamOf(socket, {
    refused: text =>
      connectionFailed('unreachable', `The port ${port} of the pod "${pod}" can not be reached: ${text}.`),
    cut: () => connectionFailed('unreachable', `The connection to the pod "${pod}" was cut.`),
  })
}

/** What can become of a connection. */
interface Failures {
  readonly refused: (text: string) => HksError
  readonly cut: () => HksError
}

function streamOf(socket: WebSocket, { refused, cut }: Failures): Duplex {
  const introduced = new Set<number>()
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Uint8Array, _encoding, done) => {
      socket.send(Buffer.concat([Buffer.of(dataChannel), chunk]), { binary: true }, error => done(error))
    },
    final: done => {
      socket.close()
      done()
    },
    destroy: (error, done) => {
      socket.terminate()
      done(error)
    },
  })
  socket.on('message', (data: Buffer) => {
    const channel = data[0]!
    const rest = data.subarray(1)
    if (!introduced.has(channel)) {
      introduced.add(channel)
      if (rest.length === portBytes) return
    }
    if (channel === errorChannel) stream.destroy(refused(rest.toString('utf8').trim().replace(/\.$/, '')))
    else if (channel === dataChannel && !stream.push(rest)) socket.pause()
  })
  socket.once('close', code => {
    if (code === abnormalClosure && !stream.writableEnded) stream.destroy(cut())
    if (stream.destroyed) return
    stream.push(null)
    // Nothing more can be written either.
    if (!stream.writableEnded) stream.end()
  })
  return stream
}
