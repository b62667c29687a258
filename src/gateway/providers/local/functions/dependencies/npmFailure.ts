import { freeSpace, type InstallCause } from './installFailure.ts'

const offline = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_SOCKET_TIMEOUT',
  'FETCH_ERROR',
]
/** Npm 10 says `error`, older ones `ERR!`. */
const prefix = /^npm (?:error|ERR!) ?/

/** What npm said without the help that it adds. */
export function withoutHelp(lines: readonly string[]): readonly string[] {
  const help = lines.findIndex(line => /^npm (?:error|ERR!) (?:Clean install a project|Usage:)/.test(line))
  return help === -1 ? lines : lines.slice(0, help)
}

/** Why npm failed, from what it said. */
export function explainNpm(lines: readonly string[]): InstallCause {
  const errors = lines.filter(line => prefix.test(line)).map(line => line.replace(prefix, '').trim())
  const code = errors.find(line => line.startsWith('code '))?.slice('code '.length) ?? ''
  const texts = errors.filter(line => line !== '' && !/^(?:code|errno|syscall|A complete log|Log files)\b/.test(line))
  const first = texts[0] ?? lines.at(-1) ?? 'it said nothing'
  if (code === 'EUSAGE') {
    const difference = texts.find(line => /^(?:Missing|Invalid):/.test(line)) ?? 'it does not fit package.json'
    return {
      reason: 'outdated',
      said: difference,
      hint: 'Run "npm install" in the folder of the function, then deploy again.',
    }
  }
  if (offline.includes(code)) {
    const hint =
      'Look whether this machine reaches the registry. A deploy whose packages were installed before needs none.'
    return { reason: 'network', said: first, hint }
  }
  if (/CERT|UNABLE_TO_VERIFY/.test(code)) {
    const hint =
      'Add the certificate that it is signed with to those of the system, or name its file as cafile in your .npmrc.'
    return { reason: 'network', said: first, hint }
  }
  if (code === 'ENOSPC') return { reason: 'noSpace', said: first, hint: freeSpace }
  if (code === 'EINTEGRITY') {
    const hint =
      'The registry gave something else than the lock file names. If that is meant, remove the entry from the lock file, run "npm install" and deploy again.'
    return { reason: 'digest', said: first, hint }
  }
  if (code === 'E401' || code === 'E403') {
    const hint = 'Logins of your own .npmrc are not given to the installation; an .npmrc beside package.json is.'
    return { reason: 'login', said: first, hint }
  }
  if (code === 'E404' || code === 'ETARGET') {
    const hint =
      'Look at the name and the version in package.json, and whether the package is in this registry; one that needs a login needs an .npmrc beside package.json.'
    return { reason: 'notFound', said: first, hint }
  }
  return {
    reason: 'unknown',
    said: code === '' ? first : `${code}: ${first}`,
    hint: 'Run "npm ci" in the folder of the function to see more, then deploy again.',
  }
}
