import { lintRules, worstFirst } from './lintRules.ts'
import { parseSchedule } from './parse.ts'
import { lintPortability } from './portability.ts'
import type { LintOptions, Warning } from './warning.ts'

/**
 * What is legal about a schedule and yet probably wrong, worst first. A text or zone that Kubernetes refuses gives one
 * warning `REFUSED`.
 */
export function lintSchedule(text: string, options: LintOptions): Warning[] {
  const warnings = lintRules(text, options)
  const parsed = parseSchedule(text)
  // A schedule to be rewritten anyway needs no hint about other tools.
  if (!parsed.ok || warnings.some(warning => warning.severity === 'error')) return warnings
  return worstFirst([...warnings, ...lintPortability(parsed.schedule, options.from, options.timeZone ?? 'UTC')])
}
