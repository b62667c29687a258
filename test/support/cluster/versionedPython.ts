import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { testCluster } from './testCluster.ts'

const accept = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

/**
 * A version of Python that functions of the cluster can ask for. A stand-in for the official image, in the registry of the
 * tests, has this machine's Python; it gets a tag that says so.
 */
export async function versionedPython(): Promise<string> {
  const { registry, images } = await testCluster()
  const version = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  }).trim()
  const own = new RegExp(`^${registry}/(?<name>[^:]+):(?<tag>.+)$`).exec(images.python)?.groups
  if (registry === undefined || !own) return version
  const at = (tag: string) => `http://${registry}/v2/${own['name']}/manifests/${tag}`
  const found = await fetch(at(own['tag']!), { headers: { accept } })
  assert.equal(found.status, 200)
  const put = await fetch(at(own['tag']!.replace(/^\d+(?:\.\d+)*/, version)), {
    method: 'PUT',
    headers: { 'content-type': found.headers.get('content-type')! },
    body: await found.bytes(),
  })
  assert.equal(put.status, 201)
  return version
}
