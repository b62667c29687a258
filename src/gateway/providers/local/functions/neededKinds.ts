import { languageOf } from '../../../domain/functionContent.ts'
import type { FunctionSpec } from '../../../domain/function.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { ConfinementRules } from './confinement.ts'
import type { Interpreters } from './interpreters.ts'
import { kindOf, type ProcessKind } from './runtimeLauncher.ts'

/** The kinds of processes that functions use which this machine can run at the level of its sandbox. */
export async function neededKinds(
  specs: readonly FunctionSpec[],
  level: SandboxLevel,
  rules: ConfinementRules,
  interpreters: Pick<Interpreters, 'find'>,
): Promise<ReadonlySet<ProcessKind>> {
  const found = await Promise.allSettled(
    specs
      .filter(spec => rules.isConfined(spec, level))
      .map(async spec => {
        const runtime = languageOf(spec)
        await interpreters.find(runtime, spec.runtimeVersion)
        return kindOf({ ...spec, runtime })
      }),
  )
  return new Set(found.flatMap(each => (each.status === 'fulfilled' ? [each.value] : [])))
}
