import assert from 'node:assert/strict'
import { machineBootId, processStartTime, type SystemLookup } from '../../src/base/processIdentity.ts'

const linux = (files: Record<string, string>): SystemLookup => ({
  platform: 'linux',
  readText: file => files[file],
  run: () => assert.fail('Linux needs no program'),
})

const mac = (outputs: Record<string, string>): SystemLookup => ({
  platform: 'darwin',
  readText: () => assert.fail('macOS has no /proc'),
  run: (program, args) => outputs[[program, ...args].join(' ')],
})

const stat = (name: string, state: string) =>
  `7 (${name}) ${state} 1 7 7 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 231630 99`

describe('the identity of a process', () => {
  it('is its start time in /proc on Linux, whatever its name', () => {
    for (const name of ['node', 'a b', 'x) R 1 (y', '']) {
      assert.equal(processStartTime(7, linux({ '/proc/7/stat': stat(name, 'S') })), '231630', name)
    }
  })

  it('is absent for a process that is gone, and for one that only waits to be reaped', () => {
    assert.equal(processStartTime(7, linux({})), undefined)
    assert.equal(processStartTime(7, linux({ '/proc/7/stat': stat('node', 'Z') })), undefined)
  })

  it('is what ps says on macOS', () => {
    const system = mac({ 'ps -o lstart= -p 7': 'Sun Nov 22 19:34:01 2026    \n', 'ps -o lstart= -p 8': '\n' })
    assert.equal(processStartTime(7, system), 'Sun Nov 22 19:34:01 2026')
    assert.equal(processStartTime(8, system), undefined)
    assert.equal(processStartTime(9, system), undefined)
  })

  it('belongs to one start of the machine', () => {
    assert.equal(machineBootId(linux({ '/proc/sys/kernel/random/boot_id': 'abc\n' })), 'abc')
    assert.equal(machineBootId(mac({ 'sysctl -n kern.bootsessionuuid': 'DEF\n' })), 'DEF')
    assert.equal(machineBootId(linux({})), 'unknown')
  })
})
