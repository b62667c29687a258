import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { HksError } from '../../../../contract/errors.ts'
import { startWatched } from '../../../platform/watchedCommand.ts'
import type { ClusterEntry, ExecEntry } from './kubeConfigFiles.ts'
import { connectionFailed } from './translateError.ts'

/** What a credential plugin answered (client.authentication.k8s.io ExecCredential). */
export interface ExecCredentials {
  readonly token?: string
  /** PEM. */
  readonly certificate?: string
  /** PEM. */
  readonly key?: string
  /** Epoch milliseconds. */
  readonly obtainedAt: number
  /** Epoch milliseconds; absent when they hold until they are refused. */
  readonly expiresAt?: number
}

/** A plugin and what it is told. */
export interface ExecRequest {
  readonly exec: ExecEntry
  readonly cluster: ClusterEntry
  readonly userName: string
  /** Of the user's login shell: its PATH is where the command is looked for. */
  readonly environment: Readonly<Record<string, string>>
  /** Milliseconds; default one minute. A plugin may talk to a slow identity provider. */
  readonly timeoutMs?: number
}

const defaultApiVersion = 'client.authentication.k8s.io/v1'
/** Lines of its standard error that an error repeats. */
const toldLines = 5

/**
 * Runs a credential plugin as kubectl does, without a terminal.
 * @throws HksError CONNECTION_FAILED, reason `credentials`: the command, its last words, and what the kubeconfig advises
 */
export async function execCredentials(request: ExecRequest): Promise<ExecCredentials> {
  const { exec, cluster, environment } = request
  if (exec.interactiveMode === 'Always')
    throw fault(request, 'wants a terminal, which the gateway does not have', {
      hint: 'Use a login that does not ask, or set interactiveMode to IfAvailable and log in with kubectl first.',
    })
  const program = findProgram(exec.command, environment)
  if (program === undefined) throw fault(request, 'is not installed, or not in the PATH of the login shell')
  const apiVersion = exec.apiVersion ?? defaultApiVersion
  const env = {
    ...environment,
    ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, String(value)])),
    KUBERNETES_EXEC_INFO: JSON.stringify({
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
    }),
  }
  const { code, stdout, stderr } = await run(program, (exec.args ?? []).map(String), env, request)
  if (code !== 0) throw fault(request, `ended with ${code ?? 'a signal'}${lastWords(stderr)}`)
  return read(stdout, apiVersion, problem => fault(request, `${problem}${lastWords(stderr)}`))
}

/** The failure of a request that could wait no longer for a plugin, which goes on. */
export const slowPlugin = (request: Pick<ExecRequest, 'exec' | 'userName'>, milliseconds: number): HksError =>
  fault(request, `has not answered after ${Math.round(milliseconds / 100) / 10} s`)

function fault(
  { exec, userName }: Pick<ExecRequest, 'exec' | 'userName'>,
  problem: string,
  { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): HksError {
  const advice = hint ?? exec.installHint?.trim()
  return connectionFailed('credentials', `The command "${exec.command}" of the user "${userName}" ${problem}.`, {
    details: { command: exec.command },
    ...(advice ? { hint: advice } : { hint: `Run "${exec.command}" in a terminal to see why.` }),
    cause,
  })
}

const lastWords = (stderr: string): string => {
  const lines = stderr.trim().split(/\r?\n/).filter(Boolean).slice(-toldLines)
  return lines.length === 0 ? '' : `: ${lines.join('\n').replace(/\.$/, '')}`
}

const clusterInfo = (cluster: ClusterEntry): object => ({
  server: cluster.server,
  'tls-server-name': cluster['tls-server-name'],
  'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
  'certificate-authority-data': cluster['certificate-authority-data'],
  'proxy-url': cluster['proxy-url'],
  config: cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension,
})

function findProgram(command: string, environment: Readonly<Record<string, string>>): string | undefined {
  const isWindows = process.platform === 'win32'
  const endings = isWindows ? ['', ...(environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')] : ['']
  const path = environment['PATH'] ?? environment['Path'] ?? ''
  const folders = /[\\/]/.test(command) ? [''] : path.split(delimiter).filter(Boolean)
  return folders
    .flatMap(folder => endings.map(ending => join(folder, command + ending)))
    .find(file => {
      try {
        accessSync(file, isWindows ? constants.F_OK : constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

interface Output {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  request: ExecRequest,
): Promise<Output> {
  const started =
    process.platform === 'win32' ? startPlain(program, args, env) : startWatched(program, args, env, { stderr: 'pipe' })
  const output = { stdout: '', stderr: '' }
  started.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  started.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (output.stderr = (output.stderr + text).slice(-16_384)))
  const timeoutMs = request.timeoutMs ?? 60_000
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    started.end()
  }, timeoutMs)
  try {
    const code = await started.closed
    if (isLate) throw fault(request, `did not end within ${Math.round(timeoutMs / 1000)} s${lastWords(output.stderr)}`)
    return { code, ...output }
  } finally {
    clearTimeout(timer)
  }
}

/** Windows has no sessions; the command alone is ended there. */
function startPlain(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const isScript = /\.(bat|cmd)$/i.test(program)
  const child = spawn(program, args, { env, shell: isScript, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { stdout: child.stdout, stderr: child.stderr, closed, end: () => void child.kill() }
}

function read(stdout: string, apiVersion: string, refuse: (problem: string) => HksError): ExecCredentials {
  let answer: {
    readonly kind?: string
    readonly apiVersion?: string
    readonly status?: {
      readonly token?: string
      readonly clientCertificateData?: string
      readonly clientKeyData?: string
      readonly expirationTimestamp?: string
    }
  }
  try {
    answer = JSON.parse(stdout) as typeof answer
  } catch {
    throw refuse('did not print an ExecCredential')
  }
  if (answer?.kind !== 'ExecCredential') throw refuse('did not print an ExecCredential')
  if (answer.apiVersion !== apiVersion)
    throw refuse(`printed an ExecCredential of ${answer.apiVersion}, where the kubeconfig wants ${apiVersion}`)
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = answer.status ?? {}
  if (!token && !(clientCertificateData && clientKeyData))
    throw refuse('printed an ExecCredential without a token or a certificate')
  const expiresAt = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.NaN
  return {
    obtainedAt: Date.now(),
    ...(token ? { token } : {}),
    ...(clientCertificateData && clientKeyData ? { certificate: clientCertificateData, key: clientKeyData } : {}),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  }
}
