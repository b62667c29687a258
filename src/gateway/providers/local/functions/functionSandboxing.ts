import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxStatus } from '../../../../contract/gateway.ts'
import type { SandboxSupport } from '../../../platform/sandbox/probeSandbox.ts'
import type { InterpreterSurroundings } from '../../../platform/sandbox/interpreterMounts.ts'
import { createEgresses, type Egresses } from '../../../platform/sandbox/egress/egresses.ts'
import { createSandboxes, type Sandboxes } from '../../../platform/sandbox/sandboxes.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import { createSlots, type Slots } from './slots.ts'

/** The sandboxes of functions, with what they see. */
export interface FunctionSandboxing {
  readonly sandboxes: Sandboxes
  readonly slots: Slots
  readonly egresses: Egresses
  /** What no sandbox may see by way of an interpreter. */
  readonly surroundings: () => Promise<InterpreterSurroundings>
  readonly info: () => Promise<SandboxStatus>
  /** Removes what a gateway that was killed left. Before anything is started. */
  clear(): Promise<void>
  /** After everything has ended. */
  stop(): Promise<void>
}

/** Keeps all of it in `sandbox/` of the data folder. */
export function createFunctionSandboxing({
  dataFolder,
  runtimesFolder,
  sandbox,
  supervisor,
  environment,
}: LocalFunctionsDeps): FunctionSandboxing {
  const root = join(dataFolder, 'sandbox')
  const slots = createSlots(join(root, 'slots'))
  const egresses = createEgresses(join(root, 'egress'))
  const sandboxes = createSandboxes({
    folder: join(runtimesFolder, 'sandbox'),
    scratchFolder: join(root, 'scratch'),
    best: sandbox,
    path: async () => (await environment())['PATH'] ?? '',
    supervisor,
  })
  return {
    sandboxes,
    slots,
    egresses,
    surroundings: async () => ({ homeFolder: (await environment())['HOME'] ?? '/', hidden: [dataFolder] }),
    info: async () => toSandboxStatus(await sandboxes.lookAgain()),
    clear: () => rm(root, { recursive: true, force: true }),
    stop: async () => {
      await sandboxes[Symbol.asyncDispose]()
      await egresses[Symbol.asyncDispose]()
      await slots.clear()
    },
  }
}

/** What was found, without what only this process needs of it. */
export const toSandboxStatus = ({ level, problems }: SandboxSupport): SandboxStatus => ({
  level,
  problems: [...problems],
})
