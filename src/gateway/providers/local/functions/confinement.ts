import { HksError } from '../../../../contract/errors.ts'
import { sandboxLevels } from '../../../../contract/gateway.ts'
import type { FunctionSpec } from '../../../domain/function.ts'
import type { SandboxSupport } from '../../../platform/sandbox/probeSandbox.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { Interpreter } from './interpreters.ts'
import type { PrepareRevision } from './prepareRevision.ts'

/** What a function asks of its sandbox. */
export type Confinement = Pick<FunctionSpec, 'profile' | 'network'>

/** Where code may run. Nothing that was asked for is left out in silence. */
export interface ConfinementRules {
  /** Whether code may run in a process that is kept from the rest of the machine in this way. */
  isConfined(asked: Confinement, level: SandboxLevel): boolean
  /** Why code may not run here, with the command that mends it. */
  notConfined(asked: Confinement, support: Pick<SandboxSupport, 'level' | 'problems'>): HksError
}

/** Whether code is kept further from the rest of the machine at this level than at the other. */
export const isStricter = (level: SandboxLevel, other: SandboxLevel): boolean =>
  sandboxLevels.indexOf(level) < sandboxLevels.indexOf(other)

/** The variable by which a user lets agents' code run without a sandbox. */
const optIn = 'HKS_ALLOW_UNSANDBOXED_AGENTS'

/** The rules of this machine, whose user may have said that agents' code needs no sandbox. */
export function createConfinementRules(allowUnsandboxedAgents: boolean): ConfinementRules {
  /** What is not kept at a level; `undefined` when all is. */
  const lackAt = ({ profile, network }: Confinement, level: SandboxLevel) => {
    if (profile === 'agent' && level === 'none' && !allowUnsandboxedAgents) return lacks.agent
    if (network === 'allowlist' && level !== 'strict') return lacks.allowlist
    return network === 'none' && level === 'none' ? lacks.none : undefined
  }
  return {
    isConfined: (asked, level) => lackAt(asked, level) === undefined,
    notConfined: (asked, { level, problems }) => {
      const { field, need, otherwise } = lackAt(asked, level) ?? lacks.none
      const lack = level === 'none' ? 'which this machine does not have' : `and this machine has "${level}" only`
      const why = problems.map(({ what }) => ` ${what}`).join('')
      const mend = problems.find(problem => problem.mend !== undefined)?.mend
      return new HksError('SANDBOX_UNAVAILABLE', `${field} needs ${need}, ${lack}.${why}`, {
        details: { level },
        hint: mend === undefined ? otherwise : `Mend it with: ${mend}`,
      })
    },
  }
}

const lacks = {
  agent: {
    field: 'profile: agent',
    need: 'a sandbox',
    otherwise: `Read the code and deploy it with profile: function, or start the gateway with ${optIn}=true.`,
  },
  allowlist: {
    field: 'network: allowlist',
    need: 'the sandbox level "strict"',
    otherwise: 'Deploy it with network: full.',
  },
  none: { field: 'network: none', need: 'a sandbox', otherwise: 'Deploy it with network: full.' },
} as const

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
  (prepare: PrepareRevision, rules: ConfinementRules, support: () => Promise<SandboxSupport>): PrepareRevision =>
  async (projectId, revision, signal, onProgress) => {
    const machine = await support()
    if (!rules.isConfined(revision.spec, machine.level)) throw rules.notConfined(revision.spec, machine)
    return prepare(projectId, revision, signal, onProgress)
  }
