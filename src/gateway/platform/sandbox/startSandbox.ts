import type { SandboxSupport } from './probeSandbox.ts'
import type { SandboxCommand } from './sandbox.ts'
import type { SandboxOutputs, SandboxProcess } from './sandboxProcess.ts'
import { startLandlock } from './startLandlock.ts'
import { startStrict } from './startStrict.ts'

/**
 * Starts a command in the best sandbox that was found. Call it on the main thread.
 * @throws the system's error when it can not be started; ENOTSUP for an allow-list of hosts below `strict`
 */
export function startSandbox(
  support: Exclude<SandboxSupport, { readonly level: 'none' }>,
  command: SandboxCommand,
  outputs: SandboxOutputs,
): Promise<SandboxProcess> {
  return support.level === 'strict'
    ? startStrict(support.bubblewrap, command, outputs)
    : startLandlock(support.landlock, command, outputs)
}
