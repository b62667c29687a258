import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { tcpProxy, type TcpProxy } from '../../support/cluster/tcpProxy.ts'
import { eventually } from '../../support/eventually.ts'

describe('the TCP proxy', () => {
  let echo: Server
  let proxy: TcpProxy
  const clients: Socket[] = []

  beforeEach(async () => {
    echo = createServer(socket => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    proxy = await tcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
  })
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]()
    clients.splice(0).forEach(c => c.destroy())
    echo.close()
  })

  const client = async () => {
    const socket = connect(proxy.port, '127.0.0.1')
    clients.push(socket)
    await once(socket, 'connect')
    return socket
  }
  const answer = async (socket: Socket, text: string) => {
    socket.write(text)
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    return chunk.toString()
  }
  /** Whether nothing comes and nobody closes for a while. */
  const isSilent = async (socket: Socket) => {
    const heard = Promise.race(['data', 'end', 'close', 'error'].map(event => once(socket, event)))
    return (await Promise.race([heard, delay(300, 'silence')])) === 'silence'
  }

  it('passes all bytes in both directions, and the end', async () => {
    const socket = await client()
    const sent = Buffer.alloc(5_000_000, 'hks ')
    socket.end(sent)
    const received: Buffer[] = []
    for await (const chunk of socket) received.push(chunk as Buffer)
    assert.ok(Buffer.concat(received).equals(sent))
    await eventually(() => assert.equal(proxy.open(), 0))
    assert.equal(proxy.accepted(), 1)
  })

  it('refuses new connections while open ones go on, and serves the same port afterwards', async () => {
    const before = await client()
    proxy.refuse()
    await assert.rejects(client(), { code: 'ECONNREFUSED' })
    assert.equal(await answer(before, 'still here'), 'still here')
    await proxy.heal()
    assert.equal(await answer(await client(), 'new'), 'new')
  })

  it('cuts open connections with a reset and serves new ones', async () => {
    const socket = await client()
    assert.equal(await answer(socket, 'a'), 'a')
    const failed = once(socket, 'error')
    proxy.cut()
    const [error] = (await failed) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    assert.equal(await answer(await client(), 'b'), 'b')
  })

  it('loses open connections without a word, and serves new ones', async () => {
    const socket = await client()
    assert.equal(await answer(socket, 'a'), 'a')
    proxy.lose()
    socket.write('lost')
    assert.ok(await isSilent(socket))
    assert.equal(await answer(await client(), 'b'), 'b')
    socket.write('still lost')
    assert.ok(await isSilent(socket))
  })

  it('swallows: nobody hears anything, no connection is closed, a new one is accepted', async () => {
    const socket = await client()
    assert.equal(await answer(socket, 'a'), 'a')
    proxy.swallow()
    socket.write('lost')
    assert.ok(await isSilent(socket))
    const late = await client()
    late.write('lost')
    assert.ok(await isSilent(late))
    await proxy.heal()
    // What was lost is not made up for: such a connection never speaks again.
    socket.write('more')
    assert.ok(await isSilent(socket))
    assert.equal(await answer(await client(), 'b'), 'b')
  })

  it('lets a connection go on of which nothing was swallowed', async () => {
    const socket = await client()
    proxy.swallow()
    await proxy.heal()
    assert.equal(await answer(socket, 'whole'), 'whole')
  })

  it('delays each chunk and keeps their order', async () => {
    const socket = await client()
    proxy.delay(150)
    const started = Date.now()
    assert.equal(await answer(socket, 'slow'), 'slow')
    assert.ok(Date.now() - started >= 295, 'there and back wait')
    socket.write('one')
    await delay(20)
    await proxy.heal()
    socket.write('two')
    let text = ''
    while (text.length < 6) text += String(((await once(socket, 'data')) as [Buffer])[0])
    assert.equal(text, 'onetwo')
  })

  it('cuts each connection after so many bytes', async () => {
    const socket = await client()
    assert.equal(await answer(socket, 'before'), 'before')
    proxy.cutAfter(7)
    let text = ''
    socket.on('data', chunk => (text += chunk.toString()))
    const closed = once(socket, 'error')
    socket.write('0123456789')
    await closed
    assert.equal(text, '0123456')
    const next = await client()
    assert.equal(await answer(next, '0123'), '0123')
  })
})
