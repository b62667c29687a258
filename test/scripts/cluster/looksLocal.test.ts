import assert from 'node:assert/strict'
import { looksLocal } from '../../../scripts/cluster/looksLocal.ts'

describe('whether a context looks local', () => {
  const own = ['10.7.0.1', '203.0.113.5', 'fd00::5']
  const cases: [name: string, server: string, expected: boolean][] = [
    ['kind-kind', 'https://127.0.0.1:40123', true],
    ['k3d-dev', 'https://0.0.0.0:6550', true],
    ['minikube', 'https://192.168.49.2:8443', true],
    ['docker-desktop', 'https://kubernetes.docker.internal:6443', true],
    ['rancher-desktop', 'https://127.0.0.1:6443', true],
    ['colima-work', 'https://localhost:6443', true],
    ['kind-v6', 'https://[::1]:6443', true],
    // An address of this machine, whatever the name is.
    ['anything', 'https://10.7.0.1:6443', true],
    ['anything', 'https://[fd00::5]:6443', true],
    // A tunnel to somewhere else ends on loopback, too.
    ['production', 'https://127.0.0.1:6443', false],
    ['staging', 'https://localhost:8443', false],
    // A name promises nothing.
    ['kind-kind', 'https://kind.example.com:6443', false],
    ['minikube', 'https://198.51.100.7:8443', false],
    ['minikube-production', 'https://192.168.49.2:8443', false],
    // A private address may be a company's.
    ['production', 'https://10.1.2.3:6443', false],
    ['production', 'https://eks.example.com', false],
  ]
  for (const [name, server, expected] of cases) {
    it(`${expected ? 'believes' : 'does not believe'} ${name} at ${server}`, () => {
      assert.equal(looksLocal({ name, server }, own), expected)
    })
  }
})
