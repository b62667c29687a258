/** One instruction of a classic BPF program; `onTrue` and `onFalse` say how many instructions to skip. */
export interface BpfInstruction {
  readonly code: number
  readonly onTrue: number
  readonly onFalse: number
  /** Unsigned, 32 bits. */
  readonly value: number
}

/** Operations that a seccomp filter needs (linux/bpf_common.h): class, size or comparison, and mode in one number. */
export const bpfCodes = {
  /** Loads the 32-bit word at offset `value` of the data. */
  loadWord: 0x20,
  jumpIfEqual: 0x15,
  /** Unsigned. */
  jumpIfAtLeast: 0x35,
  /** Whether a bit of `value` is set. */
  jumpIfAnyBit: 0x45,
  /** Ends with `value` as the verdict. */
  give: 0x06,
} as const

/** The most that a program may hold (BPF_MAXINSNS). */
const mostInstructions = 4096

/** Loads a word of the data. */
export const loadWord = (offset: number): BpfInstruction => instruction(bpfCodes.loadWord, offset)

/** Ends with a verdict. */
export const give = (verdict: number): BpfInstruction => instruction(bpfCodes.give, verdict)

/** Runs `then` when the comparison with what was loaded holds; goes on behind it otherwise. */
export function when(
  comparison: 'jumpIfEqual' | 'jumpIfAtLeast' | 'jumpIfAnyBit',
  value: number,
  then: readonly BpfInstruction[],
): readonly BpfInstruction[] {
  return [instruction(bpfCodes[comparison], value, 0, then.length), ...then]
}

/** Runs `then` when what was loaded is not the value. */
export function whenNot(value: number, then: readonly BpfInstruction[]): readonly BpfInstruction[] {
  return [instruction(bpfCodes.jumpIfEqual, value, then.length, 0), ...then]
}

function instruction(code: number, value: number, onTrue = 0, onFalse = 0): BpfInstruction {
  if (onTrue > 255 || onFalse > 255) throw new RangeError('A BPF jump reaches 255 instructions.')
  return { code, onTrue, onFalse, value: value >>> 0 }
}

/** The program as the kernel takes it: an array of `struct sock_filter`, little-endian. */
export function assemble(program: readonly BpfInstruction[]): Uint8Array {
  if (program.length > mostInstructions) throw new RangeError(`A BPF program holds ${mostInstructions} instructions.`)
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(({ code, onTrue, onFalse, value }, at) => {
    bytes.writeUInt16LE(code, at * 8)
    bytes.writeUInt8(onTrue, at * 8 + 2)
    bytes.writeUInt8(onFalse, at * 8 + 3)
    bytes.writeUInt32LE(value, at * 8 + 4)
  })
  return bytes
}
