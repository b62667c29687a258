/**
 * `npm start`: builds, packages and opens `examples/hello-hks` in a VS Code that has the extension. Everything it keeps
 * is in `.hks/` (or HKS_START_HOME); Ctrl-C ends everything it started.
 */
import { access, readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { build } from '../esbuild.mjs'
import { packageVsix } from './packageVsix.ts'
import { run } from './run.ts'
import { stage, StageFailure } from './stage.ts'
import { findCode } from './start/findCode.ts'
import { openInBrowser } from './start/openInBrowser.ts'
import { openInCode } from './start/openInCode.ts'
import { reasonAgainstVscodeHost } from './vscodeHost/installVscodeHost.ts'

const root = resolve(import.meta.dirname, '..')
const kept = resolve(process.env['HKS_START_HOME'] ?? join(root, '.hks'))
const hksHome = join(kept, 'gateway')
const example = join(root, 'examples/hello-hks')
const cli = join(root, 'dist/hks-func.mjs')

/** What has been started, to be ended in the opposite order. */
const started: (() => Promise<unknown>)[] = []
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

try {
  await start()
} catch (error) {
  // What Ctrl-C interrupts fails; that is no failure.
  if (!stopping.signal.aborted) {
    console.error(error instanceof StageFailure ? error.message : error)
    process.exitCode = 1
  }
} finally {
  for (let end = started.pop(); end !== undefined; end = started.pop()) await end()
}

async function start(): Promise<void> {
  await stage('build', build)
  const vsix = await stage('package', () => packageVsix(root))
  const open = await editor()
  started.push(stopGateway)
  await stage(`CronJobs of ${relative(root, example)}`, applyCronJobs)
  stopping.signal.throwIfAborted()
  const window = await stage('VS Code', () =>
    open({ home: join(kept, open === openInCode ? 'code' : 'vscode'), folder: example, vsix, hksHome }),
  )
  started.push(window.stop)
  console.log(['', ...window.say, ''].join('\n'))
  const interrupted = new Promise<void>(ended => stopping.signal.addEventListener('abort', () => ended()))
  if (!stopping.signal.aborted) await Promise.race([window.ended, interrupted])
  console.log('\nStopping …')
}

/** Which VS Code it will be, and a sentence on why. */
async function editor(): Promise<typeof openInCode> {
  const code = await findCode()
  if (code.kind === 'usable') return openInCode
  const reason = reasonAgainstVscodeHost()
  const found = code.kind === 'tooOld' ? `The \`code\` on PATH is ${code.version}` : 'There is no `code` on PATH'
  if (reason === undefined) {
    console.log(`${found}; VS Code will be served to your browser.`)
    return openInBrowser
  }
  const way = 'Install VS Code 1.115 or newer (on macOS, run "Shell Command: Install \'code\' command in PATH" in it).'
  throw new StageFailure('VS Code', `${found}, and ${reason}. ${way}`)
}

async function applyCronJobs(): Promise<void> {
  const folder = join(example, 'cronjobs')
  const files = (await readdir(folder)).filter(file => /\.ya?ml$/.test(file)).sort()
  await hksFunc('cronjob', 'apply', ...files.flatMap(file => ['-f', join(folder, file)]))
}

async function stopGateway(): Promise<void> {
  const used = await access(hksHome).then(
    () => true,
    () => false,
  )
  if (used) await stage('gateway stopped', () => hksFunc('gateway', 'stop', '--grace', '5'))
}

/** The command line just built, in the example's folder and against our own gateway. */
function hksFunc(...args: string[]): Promise<string> {
  return run(process.execPath, [cli, ...args], { cwd: example, env: { ...process.env, HKS_HOME: hksHome } })
}
