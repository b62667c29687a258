/** A bare node:http server on loopback: GET answers the bytes of the file of the argument, POST what came. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const [file] = process.argv.slice(2)
const fixed = file === undefined ? undefined : readFileSync(file)

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json')
  if (request.method === 'GET') return void response.end(fixed)
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => response.end(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()))))
})
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
)
