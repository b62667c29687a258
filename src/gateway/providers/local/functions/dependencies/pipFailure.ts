import { freeSpace, type InstallCause } from './installFailure.ts'

const again = 'Run "pip install -r requirements.txt" in the folder of the function to see more, then deploy again.'

/** From the most certain to the least: the first of which a line is found. */
const causes: readonly { readonly signs: RegExp; readonly reason: InstallCause['reason']; readonly hint: string }[] = [
  { signs: /No space left on device/, reason: 'noSpace', hint: freeSpace },
  {
    signs: /DO NOT MATCH THE HASHES/,
    reason: 'digest',
    hint: 'The index gave something else than requirements.txt names. If that is meant, correct the digest and deploy again.',
  },
  {
    signs:
      /Hashes are required|Invalid requirement|Could not open requirements file|ResolutionImpossible|conflicting dependencies|no such option/i,
    reason: 'invalid',
    hint: 'Correct requirements.txt and deploy again.',
  },
  {
    signs:
      /(?:NewConnection|ConnectTimeout|ReadTimeout|ConnectionReset|MaxRetry|ProxyE|SSLE)\w*Error|NewConnectionError|name resolution|Connection refused|Connection aborted|timed out|Network is unreachable/,
    reason: 'network',
    hint: 'Look whether this machine reaches the index. A deploy whose packages were installed before needs none.',
  },
  {
    signs: /\b40[13] (?:Client )?Error|\b(?:Unauthorized|Forbidden)\b/,
    reason: 'login',
    hint: 'Logins of your own pip.conf are not given to the installation; an --index-url in requirements.txt is.',
  },
  {
    signs: /No matching distribution|Could not find a version/,
    reason: 'notFound',
    hint: 'Look at the name and the version. A package without a ready-made wheel has to be built, which runs its programs: a line "--no-binary NAME" in requirements.txt allows that.',
  },
]

/** Why pip failed, from what it said. */
export function explainPip(lines: readonly string[]): InstallCause {
  // Of an exception the last line says most.
  const texts = lines.filter(line => line.startsWith('ERROR: ')).map(line => line.slice('ERROR: '.length))
  const errors = texts.filter(text => text !== 'Exception:')
  const found = causes.find(({ signs }) => lines.some(line => signs.test(line)))
  const said =
    errors.find(line => found?.signs.test(line)) ??
    errors[0] ??
    lines.findLast(line => /^\s*(?:\w+\.)*\w*(?:Error|Exception)\b/.test(line)) ??
    lines.at(-1) ??
    'it said nothing'
  return found === undefined
    ? { reason: 'unknown', said, hint: again }
    : { reason: found.reason, said, hint: found.hint }
}
