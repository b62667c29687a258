import { ensureGateway } from '../../../src/client/ensureGateway.ts'

/** A client process: asks for a gateway once and prints what it got. */
const [home, gatewayProgram, version] = process.argv.slice(2) as [string, string, string]
const gateway = await ensureGateway({ home, gatewayProgram, version, execPath: process.execPath, env: process.env })
process.stdout.write(JSON.stringify(gateway))
