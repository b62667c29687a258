import assert from 'node:assert/strict'
import {
  assemble,
  bpfCodes,
  type BpfInstruction,
  give,
  when,
} from '../../../../src/gateway/platform/sandbox/seccomp/bpf.ts'
import {
  errno,
  filterProgram,
  isFiltered,
  seccompFilter,
  socketFamilies,
  verdicts,
} from '../../../../src/gateway/platform/sandbox/seccomp/filter.ts'
import { auditArchitecture } from '../../../../src/gateway/platform/sandbox/seccomp/syscalls.ts'

/** A system call as a filter sees it. */
interface Call {
  readonly number: number
  readonly architecture?: number
  readonly args?: readonly number[]
}

/** Runs the bytes of a program as the kernel does. */
function interpret(program: Uint8Array, call: Call, architecture: number): number {
  const input = Buffer.alloc(64)
  input.writeUInt32LE(call.number >>> 0, 0)
  input.writeUInt32LE((call.architecture ?? architecture) >>> 0, 4)
  call.args?.forEach((arg, at) => input.writeBigUInt64LE(BigInt.asUintN(64, BigInt(arg)), 16 + at * 8))
  const code = Buffer.from(program)
  let word = 0
  for (let at = 0; ; at++) {
    const operation = code.readUInt16LE(at * 8)
    const [onTrue, onFalse] = [code.readUInt8(at * 8 + 2), code.readUInt8(at * 8 + 3)]
    const value = code.readUInt32LE(at * 8 + 4)
    if (operation === bpfCodes.loadWord) word = input.readUInt32LE(value)
    else if (operation === bpfCodes.give) return value
    else if (operation === bpfCodes.jumpIfEqual) at += word === value ? onTrue : onFalse
    else if (operation === bpfCodes.jumpIfAtLeast) at += word >= value ? onTrue : onFalse
    else if (operation === bpfCodes.jumpIfAnyBit) at += (word & value) !== 0 ? onTrue : onFalse
    else assert.fail(`instruction ${at} has the unknown code ${operation}`)
  }
}

/** Numbers of some calls, written down from the kernel's own tables (x86 `syscall_64.tbl`, `asm-generic/unistd.h`). */
const numbers = {
  x64: {
    read: 0,
    execve: 59,
    ptrace: 101,
    mount: 165,
    bpf: 321,
    clone: 56,
    clone3: 435,
    ioctl: 16,
    socket: 41,
    memfd: 319,
  },
  arm64: {
    read: 63,
    execve: 221,
    ptrace: 117,
    mount: 40,
    bpf: 280,
    clone: 220,
    clone3: 435,
    ioctl: 29,
    socket: 198,
    memfd: 279,
  },
} as const

for (const architecture of ['x64', 'arm64'] as const) {
  describe(`the seccomp filter for ${architecture}`, () => {
    const calls = numbers[architecture]
    const own = auditArchitecture[architecture]
    const filter = seccompFilter({ architecture, sockets: [socketFamilies.unix] })
    const verdict = (call: Call) => interpret(filter, call, own)
    const refused = verdicts.fail(errno.EPERM)

    it('lets ordinary calls through', () => {
      assert.equal(verdict({ number: calls.read }), verdicts.allow)
      assert.equal(verdict({ number: calls.execve }), verdicts.allow)
    })

    it('refuses what leads out of a sandbox', () => {
      for (const name of ['ptrace', 'mount', 'bpf'] as const) assert.equal(verdict({ number: calls[name] }), refused)
    })

    it('kills a process that speaks another ABI', () => {
      const other = architecture === 'x64' ? 0x40000003 : auditArchitecture.x64
      assert.equal(verdict({ number: calls.read, architecture: other }), verdicts.killProcess)
    })

    it('lets threads be made, and no namespaces', () => {
      const thread = 0x3d0f00
      assert.equal(verdict({ number: calls.clone, args: [thread] }), verdicts.allow)
      for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) {
        assert.equal(verdict({ number: calls.clone, args: [flag | 17] }), refused)
      }
    })

    it('claims not to know clone3, whose flags it can not read, nor memory that is not mapped', () => {
      assert.equal(verdict({ number: calls.clone3 }), verdicts.fail(errno.ENOSYS))
      assert.equal(verdict({ number: calls.memfd }), verdicts.fail(errno.ENOSYS))
    })

    it('lets no terminal be typed into, also with bits that the kernel does not read', () => {
      const [TCGETS, TIOCSTI, TIOCLINUX] = [0x5401, 0x5412, 0x541c]
      assert.equal(verdict({ number: calls.ioctl, args: [0, TCGETS] }), verdicts.allow)
      assert.equal(verdict({ number: calls.ioctl, args: [0, TIOCSTI] }), refused)
      assert.equal(verdict({ number: calls.ioctl, args: [0, 2 ** 32 + TIOCSTI] }), refused)
      assert.equal(verdict({ number: calls.ioctl, args: [0, TIOCLINUX] }), refused)
    })

    it('makes sockets of the given families only', () => {
      const unsupported = verdicts.fail(errno.EAFNOSUPPORT)
      assert.equal(verdict({ number: calls.socket, args: [socketFamilies.unix, 1] }), verdicts.allow)
      for (const family of [socketFamilies.ipv4, socketFamilies.ipv6, socketFamilies.netlink, 40]) {
        assert.equal(verdict({ number: calls.socket, args: [family, 1] }), unsupported)
      }
    })
  })
}

describe('the seccomp filter for x64', () => {
  it('kills a process that uses x32 numbers', () => {
    const filter = seccompFilter({ architecture: 'x64', sockets: [] })
    const verdict = interpret(filter, { number: 0x40000000 + 101 }, auditArchitecture.x64)
    assert.equal(verdict, verdicts.killProcess)
  })
})

describe('the BPF assembler', () => {
  it('writes little-endian struct sock_filter', () => {
    const bytes = assemble(when('jumpIfEqual', 0x01020304, [give(0x7fff0000)]))
    assert.equal(Buffer.from(bytes).toString('hex'), '1500000104030201' + '060000000000ff7f')
  })

  it('refuses a jump that does not fit and a program that is too long', () => {
    const long: BpfInstruction[] = Array.from({ length: 256 }, () => give(0))
    assert.throws(() => when('jumpIfEqual', 1, long), RangeError)
    assert.throws(() => assemble(Array.from({ length: 4097 }, () => give(0))), RangeError)
  })

  it('ends every path of a filter with a verdict', () => {
    for (const architecture of ['x64', 'arm64'] as const) {
      const program = filterProgram({ architecture, sockets: Object.values(socketFamilies) })
      program.forEach(({ onTrue, onFalse }, at) => {
        assert.ok(at + Math.max(onTrue, onFalse) + 1 < program.length || at === program.length - 1)
      })
      assert.equal(program.at(-1)?.code, bpfCodes.give)
    }
  })

  it('knows for which processors there is a table', () => {
    assert.deepEqual(['x64', 'arm64', 'ia32'].map(isFiltered), [true, true, false])
  })
})
