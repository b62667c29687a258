import { memoryText, readMemory } from '../../base/memoryQuantity.ts'
import { invalidField } from '../../contract/errors.ts'
import type { Resources } from '../../contract/functions.ts'

/** What a process of a function may use up, with all that it starts. */
export interface FunctionResources {
  readonly memoryBytes: number
  /** Seconds of processor time for each call; without it as much as its timeout leaves time for. */
  readonly cpuSeconds?: number
}

/** Room for what ordinary functions load; a machine for development has several times as much. */
export const defaultResources: FunctionResources = { memoryBytes: 2 ** 30 }

/** An idle process of Node has 45 MB. */
export const smallestMemoryBytes = 64 * 2 ** 20
const largestMemoryBytes = 2 ** 40

/** Fills in defaults. @throws HksError INVALID_REQUEST when the memory is no amount, or none that a process can have */
export function resourcesOf(asked: Resources | undefined): FunctionResources {
  const { memory, cpuSeconds } = asked ?? {}
  return {
    memoryBytes: memory === undefined ? defaultResources.memoryBytes : memoryBytesOf(memory),
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
  }
}

function memoryBytesOf(memory: string): number {
  const bytes = readMemory(memory)
  if (bytes === undefined) {
    throw invalidField(
      'resources.memory',
      memory,
      `"${memory}" is not an amount of memory.`,
      'Write one such as 256Mi.',
    )
  }
  if (bytes >= smallestMemoryBytes && bytes <= largestMemoryBytes) return bytes
  const range = `${memoryText(smallestMemoryBytes)} to ${memoryText(largestMemoryBytes)}`
  throw invalidField(
    'resources.memory',
    memory,
    `"${memory}" is not in the range that a process can have.`,
    `Use ${range}.`,
  )
}
