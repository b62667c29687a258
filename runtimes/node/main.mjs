// Entry of the Node runtime: loads one handler and answers calls. docs/runtime-protocol.md describes the frames.
import { createCore } from './core.mjs'
import { openEgress } from './egress.mjs'
import { openFdTransport } from './fdTransport.mjs'
import { captureLogs } from './logs.mjs'

if (process.argv.length !== 4 || process.argv[2] !== '--fd' || !/^\d+$/.test(process.argv[3])) {
  process.stderr.write('usage: node main.mjs --fd 3\n')
  process.exit(64)
}

openEgress()
const transport = openFdTransport(Number(process.argv[3]))
const logs = captureLogs(transport.send)
const core = createCore({ send: transport.send, logs })
transport.start(core.receive)
core.start()
