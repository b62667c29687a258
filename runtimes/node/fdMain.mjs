// Loads one handler and answers calls that come as frames on a descriptor.
import { createCore } from './core.mjs'
import { openEgress } from './egress.mjs'
import { openFdTransport } from './fdTransport.mjs'
import { captureLogs } from './logs.mjs'

const [, , flag, fd, ...options] = process.argv
const isDebugged = options[0] === '--debug'
if (flag !== '--fd' || !/^\d+$/.test(fd) || options.length > (isDebugged ? 1 : 0)) {
  process.stderr.write('usage: node main.mjs --fd 3 [--debug] | --http [PORT]\n')
  process.exit(64)
}

openEgress()
const transport = openFdTransport(Number(fd))
const logs = captureLogs(transport.send)
const debug = isDebugged ? await import('./debugger.mjs') : undefined
const core = createCore({ send: transport.send, logs, beforeLoad: debug?.waitForDebugger })
transport.start(core.receive)
core.start(debug?.openDebugger())
