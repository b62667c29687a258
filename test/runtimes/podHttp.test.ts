import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type PodRuntime, startPod } from '../support/podRuntime.ts'
import { describePods } from '../support/runtimeLanguages.ts'

/** What is no request (RFC 9112), so that two readers could see two different ones. */
const malformed: Readonly<Record<string, string>> = {
  'no request line': 'hello\r\n\r\n',
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  'a header without a colon': 'GET /text HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n',
  'a space before the colon': 'GET /text HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n',
  'a length that is no number': 'POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n1',
  'two lengths that differ': 'POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12',
  'a negative length': 'POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'no Host': 'GET /text HTTP/1.1\r\n\r\n',
}

describePods('HTTP of a pod', language => {
  let pod: PodRuntime

  before(async () => {
    const { dir, handler, ...command } = await language.pod()
    pod = await startPod(command, { HKS_SOURCE: dir, HKS_HANDLER: handler })
    await pod.listening
  })
  after(() => pod?.stop())

  /** A connection, and what has come on it so far. */
  function open() {
    const socket: Socket = connect(pod.port, '127.0.0.1')
    const seen = { text: '' }
    socket.setEncoding('utf8').on('data', (text: string) => (seen.text += text))
    socket.on('error', () => socket.destroy())
    const until = async (test: (text: string) => boolean) => {
      while (!test(seen.text)) await once(socket, 'data')
    }
    return { socket, seen, until, closed: once(socket, 'close') }
  }
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
  const post = (path: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const countOf = (text: string) => text.match(/HTTP\/1\.1 200 OK\r\n/g)?.length ?? 0

  it('answers one request after the other on a connection that is kept', async () => {
    const { socket, seen, until } = open()
    for (let n = 1; n <= 3; n++) {
      socket.write(post('/event', `number ${n}`))
      await until(text => text.includes(`"number ${n}"}`))
    }
    assert.equal(countOf(seen.text), 3)
    socket.destroy()
  })

  it('answers in their order requests that came together', async () => {
    const { socket, seen, until } = open()
    socket.write(post('/event', 'first') + get('/chunks') + post('/event', 'second') + get('/nothing'))
    await until(text => text.includes('\r\n\r\nnull'))
    assert.equal(countOf(seen.text), 4)
    const places = ['"first"', '{"n":1}', '"second"', '\r\n\r\nnull'].map(part => seen.text.indexOf(part))
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    )
    socket.destroy()
  })

  it('reads a request that comes byte by byte', async () => {
    const { socket, until } = open()
    socket.setNoDelay(true)
    const request =
      'POST /event HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '4\r\nwiki\r\n6;a=b\r\npedia.\r\n0\r\nX-Trailer: c\r\n\r\n'
    for (const byte of request) {
      socket.write(byte)
      await new Promise(resolve => setImmediate(resolve))
    }
    await until(text => text.includes('"wikipedia."'))
    socket.destroy()
  })

  it('closes a connection whose client asks for that, or speaks HTTP/1.0', async () => {
    for (const request of [get('/text', 'Connection: close\r\n'), 'GET /text HTTP/1.0\r\n\r\n']) {
      const { socket, seen, closed } = open()
      socket.write(request)
      await closed
      assert.match(seen.text, /^HTTP\/1\.[01] 200 OK\r\n[^]*\r\n\r\n"grüße 日本"$/)
    }
  })

  for (const [title, request] of Object.entries(malformed)) {
    it(`refuses ${title} with 400, and ends the connection`, async () => {
      const { socket, seen, closed } = open()
      socket.write(request)
      await closed
      assert.match(seen.text, /^HTTP\/1\.1 400 Bad Request/)
      assert.equal(countOf(seen.text), 0)
    })
  }

  it('goes on after all of these', async () => {
    const { socket, until } = open()
    socket.write(get('/text'))
    await until(text => text.includes('grüße'))
    socket.destroy()
  })
})
