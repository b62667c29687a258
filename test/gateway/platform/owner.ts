import { takeOwnership } from '../../../src/gateway/platform/ownership.ts'

/** A process that owns a folder until it is told to go, or killed. */
try {
  const ownership = takeOwnership(process.argv[2]!)
  ownership.publish({ pid: process.pid })
  process.stdout.write('owner\n')
  process.stdin.on('end', () => ownership.release()).resume()
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`)
}
