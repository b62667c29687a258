import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type InstallCause, installFailed } from './dependencies/installFailure.ts'
import type { GoRun, GoTool } from './goTool.ts'
import type { BuildTeller } from './sourceBuilder.ts'

/** The module that the builder adds. */
export const moduleName = 'hexabase.io/hks'

/** A program whose modules are needed. */
export interface GoModules {
  /** Folder with the go.mod. */
  readonly work: string
  readonly mode: '-mod=readonly' | '-mod=mod'
  /** The package, as the go command names it. */
  readonly program: string
  /** For which it is, where that is not this machine; what a program imports depends on it. */
  readonly platform?: GoRun['environment']
}

/**
 * Downloads the modules that a program needs and that are not in Go's own cache, and says so. What else is wrong with the
 * program is left to the build.
 * @throws HksError INVALID_SOURCE, DEPLOY_FAILED; `signal.reason`
 */
export async function fetchModules(
  go: GoTool,
  { work, mode, program, platform = {} }: GoModules,
  signal: AbortSignal,
  tell: BuildTeller,
): Promise<void> {
  if (!namesOthers(await readFile(join(work, 'go.mod'), 'utf8'))) return
  const onLine = (line: string) => {
    if (!line.startsWith('go: downloading ')) return
    tell.progress({ phase: 'installing' })
    tell.line(line)
  }
  const { exitCode, stderr } = await go.run(['list', mode, '-deps', program], work, signal, {
    onLine,
    environment: platform,
  })
  if (exitCode === 0) return
  const lines = stderr.split('\n').filter(line => line.trim() !== '' && !line.startsWith('go: downloading '))
  const cause = causeOf(lines)
  if (cause === undefined) return
  const file = cause.reason === 'outdated' || cause.reason === 'digest' ? 'go.sum' : 'go.mod'
  throw installFailed({ file, tool: 'go list', exitCode: exitCode ?? undefined, lines }, cause)
}

/** Whether a go.mod requires, or replaces, anything but the builder's own module. */
const namesOthers = (goMod: string): boolean =>
  goMod
    .replace(/\/\/.*$/gm, '')
    .split('\n')
    .some(line => /\sv\d/.test(` ${line.trim()}`) && !line.includes(`${moduleName} v`))

const causes: readonly (Omit<InstallCause, 'said'> & { readonly signs: RegExp })[] = [
  {
    signs: /checksum mismatch|SECURITY ERROR/,
    reason: 'digest',
    hint: 'The proxy gave something else than go.sum names. If that is meant, remove the line from go.sum, run "go mod download" and deploy again.',
  },
  {
    signs: /missing go\.sum entry|updates to go\.(?:mod|sum) needed/,
    reason: 'outdated',
    hint: 'Run the command that it names in the folder of the function, then deploy again.',
  },
  {
    signs:
      /\bdial (?:tcp|udp)\b|no such host|i\/o timeout|connection (?:refused|reset)|TLS handshake|module lookup disabled by GOPROXY=off/,
    reason: 'network',
    hint: 'Look whether this machine reaches the proxy of modules (go env GOPROXY). What was built before needs none.',
  },
  {
    signs: /\b40[13] (?:Unauthorized|Forbidden)|terminal prompts disabled/,
    reason: 'login',
    hint: 'Look at "go env GOPROXY GOPRIVATE", and whether git gets the module.',
  },
  {
    signs: /\b(?:404|410) (?:Not Found|Gone)|unknown revision|invalid version/,
    reason: 'notFound',
    hint: 'Look at the module and the version in go.mod.',
  },
]

function causeOf(lines: readonly string[]): InstallCause | undefined {
  for (const { signs, ...cause } of causes) {
    const said = lines.find(line => signs.test(line))
    if (said !== undefined) return { ...cause, said: said.trim() }
  }
  return undefined
}
