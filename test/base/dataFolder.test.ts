import assert from 'node:assert/strict'
import { dataFolder } from '../../src/base/dataFolder.ts'

describe('the data folder', () => {
  const user = { env: {}, platform: 'linux', homeFolder: '/home/user' }

  it("is the platform's own place", () => {
    assert.equal(dataFolder(user), '/home/user/.local/share/hexabase-hks')
    assert.equal(dataFolder({ ...user, env: { XDG_DATA_HOME: '/data' } }), '/data/hexabase-hks')
    assert.equal(dataFolder({ ...user, env: { XDG_DATA_HOME: 'data' } }), '/home/user/.local/share/hexabase-hks')
    const mac = { ...user, platform: 'darwin', homeFolder: '/Users/user' }
    assert.equal(dataFolder(mac), '/Users/user/Library/Application Support/Hexabase HKS')
    const windows = { env: { LOCALAPPDATA: 'D:\\Local' }, platform: 'win32', homeFolder: 'C:\\Users\\user' }
    assert.equal(dataFolder(windows), 'D:\\Local\\Hexabase HKS')
    assert.equal(dataFolder({ ...windows, env: {} }), 'C:\\Users\\user\\AppData\\Local\\Hexabase HKS')
  })

  it('is refused where the kernel keeps no files', () => {
    for (const HKS_HOME of ['/proc/x', '/proc', '//proc/1', '/sys/x']) {
      assert.throws(() => dataFolder({ ...user, env: { HKS_HOME } }), /is the kernel's own, which keeps no files/)
    }
    assert.equal(dataFolder({ ...user, env: { HKS_HOME: '/process' } }), '/process')
  })

  it('is HKS_HOME when that is set, and absolute', () => {
    assert.equal(dataFolder({ ...user, env: { HKS_HOME: '/x', XDG_DATA_HOME: '/data' } }), '/x')
    assert.equal(dataFolder({ ...user, platform: 'win32', env: { HKS_HOME: 'D:/x' } }), 'D:/x')
    assert.throws(() => dataFolder({ ...user, env: { HKS_HOME: 'x' } }), /HKS_HOME: "x" is not an absolute path/)
    assert.equal(dataFolder({ ...user, env: { HKS_HOME: '' } }), '/home/user/.local/share/hexabase-hks')
  })
})
