import assert from 'node:assert/strict'
import * as vscode from 'vscode'

describe('activation', () => {
  it('ends without an error', async () => {
    const extension = vscode.extensions.getExtension('hexabase.hexabase-hks')
    assert.ok(extension)
    await extension.activate()
    assert.equal(extension.isActive, true)
  })

  it('runs where the workspace is', () => {
    const extension = vscode.extensions.getExtension('hexabase.hexabase-hks')
    assert.equal(extension?.extensionKind, vscode.ExtensionKind.Workspace)
  })
})
