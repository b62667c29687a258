/**
 * `hks-func` as the shell finds it: starts the command line on a Node.js that can run it.
 * This file alone must be readable by any Node.js, so it imports nothing of ours.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The oldest Node.js that has all we use: node:sqlite without a flag, and backup(). */
const floor: readonly [number, number] = [22, 19]

/** The exit code for what this machine lacks, as in `exitCodes.ts`. */
const unavailable = 6

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > floor[0] || (major === floor[0] && minor >= floor[1])) {
  const cli = './cli.mjs'
  await import(cli)
} else {
  const node = packagedNode()
  if (node === undefined) {
    process.stderr.write(
      `hks-func needs Node.js ${floor.join('.')} or newer; this is ${process.versions.node}.\n` +
        'Install a newer Node.js, or put one beside hks-func: npm install node@24\n',
    )
    process.exitCode = unavailable
  } else {
    continueUnder(node)
  }
}

/** The executable of the npm package `node` installed beside us; undefined when there is none. */
function packagedNode(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Runs the same command under another Node.js and ends as it ends. */
function continueUnder(node: string): void {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes, so it is for the child to act on.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', error => {
    process.stderr.write(`hks-func cannot start ${node}: ${error.message}\n`)
    process.exitCode = unavailable
  })
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]))
}
