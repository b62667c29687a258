import { HksError } from '../../../../contract/errors.ts'
import { sandboxLevels } from '../../../../contract/gateway.ts'
import type { FunctionSpec } from '../../../domain/function.ts'
import type { SandboxSupport } from '../../../platform/sandbox/probeSandbox.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { Interpreter } from './interpreters.ts'
import type { PrepareRevision } from './prepareRevision.ts'

/** What a function asks of its sandbox. */
export type Confinement = Pick<FunctionSpec, 'network'>

/** Whether code may run in a process that is kept from the rest of the machine in this way. */
export function isConfined({ network }: Confinement, level: SandboxLevel): boolean {
  if (network === 'allowlist') return level === 'strict'
  return network === 'full' || level !== 'none'
}

/** Whether code is kept further from the rest of the machine at this level than at the other. */
export const isStricter = (level: SandboxLevel, other: SandboxLevel): boolean =>
  sandboxLevels.indexOf(level) < sandboxLevels.indexOf(other)

/** Why code may not run here, with the command that mends it. Nothing that was asked for is left out in silence. */
export function notConfined(
  asked: Confinement,
  { level, problems }: Pick<SandboxSupport, 'level' | 'problems'>,
): HksError {
  const lack = level === 'none' ? 'which this machine does not have' : `and this machine has "${level}" only`
  const need = asked.network === 'allowlist' ? 'the sandbox level "strict"' : 'a sandbox'
  const why = problems.map(({ what }) => ` ${what}`).join('')
  const mend = problems.find(problem => problem.mend !== undefined)?.mend
  return new HksError('SANDBOX_UNAVAILABLE', `network: ${asked.network} needs ${need}, ${lack}.${why}`, {
    details: { level },
    hint: mend === undefined ? 'Deploy it with network: full.' : `Mend it with: ${mend}`,
  })
}

/** Refuses an allow-list with a Node whose `fetch` knows no proxy. @throws HksError RUNTIME_MISSING */
export function refuseWithoutProxy(
  { network, runtime }: Pick<FunctionSpec, 'network' | 'runtime'>,
  { version }: Pick<Interpreter, 'version'>,
): void {
  if (network !== 'allowlist' || runtime !== 'node') return
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major >= 24 || (major === 22 && minor >= 21)) return
  const message = `network: allowlist needs Node 22.21, 24 or newer, whose fetch goes through a proxy; this is ${version}.`
  throw new HksError('RUNTIME_MISSING', message, {
    details: { runtime, found: version },
    hint: 'Install it from https://nodejs.org, then deploy again.',
  })
}

/** Refuses what this machine can not confine before anything is built. @throws also HksError SANDBOX_UNAVAILABLE */
export const refusingUnconfined =
  (prepare: PrepareRevision, support: () => Promise<SandboxSupport>): PrepareRevision =>
  async (projectId, revision, signal, onProgress) => {
    const machine = await support()
    if (!isConfined(revision.spec, machine.level)) throw notConfined(revision.spec, machine)
    return prepare(projectId, revision, signal, onProgress)
  }
