// What the pod's manifest says: the variables of docs/runtime-protocol.md, "In a pod".

const defaultPort = 8080
const highestPort = 65_535
const defaultTimeoutSeconds = 60
// What a timer of Node holds.
const longestTimeoutSeconds = 2_000_000

/** A variable or an argument is wrong; the message names it. */
export class WrongSetting extends Error {}

const refuse = (name, value, what) => {
  throw new WrongSetting(`${name}: ${JSON.stringify(value)} is not ${what}`)
}

function wholeNumber(name, text, { least = 0, most = Number.MAX_SAFE_INTEGER, fallback }) {
  if (text === undefined || text === '') return fallback
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
  return number >= least && number <= most ? number : refuse(name, text, `a whole number ${range}`)
}

function oneOf(name, text, words) {
  if (text === undefined || text === '') return words[0]
  return words.includes(text) ? text : refuse(name, text, `one of ${words.join(', ')}`)
}

/**
 * Reads the settings, and takes them out of `environment`, which is then the function's. `args` are those behind `--http`.
 * Throws WrongSetting.
 */
export function readSettings(args, environment) {
  if (args.length > 1) throw new WrongSetting(`${JSON.stringify(args[1])} is one argument too many behind --http PORT`)
  const port = wholeNumber(args.length === 1 ? '--http' : 'PORT', args[0] ?? environment.PORT, {
    most: highestPort,
    fallback: defaultPort,
  })
  const take = name => {
    const value = environment[name]
    delete environment[name]
    return value
  }
  const require = name => take(name) || refuse(name, '', 'set, and has to be')
  const secretNames = take('HKS_SECRET_NAMES') ?? ''
  return {
    port,
    source: require('HKS_SOURCE'),
    handler: require('HKS_HANDLER'),
    functionName: take('HKS_FUNCTION_NAME') ?? '',
    revision: wholeNumber('HKS_REVISION', take('HKS_REVISION'), { fallback: 0 }),
    timeoutSeconds: wholeNumber('HKS_TIMEOUT_SECONDS', take('HKS_TIMEOUT_SECONDS'), {
      least: 1,
      most: longestTimeoutSeconds,
      fallback: defaultTimeoutSeconds,
    }),
    concurrency: wholeNumber('HKS_CONCURRENCY', take('HKS_CONCURRENCY'), { fallback: 0 }),
    diagnosticKey: take('HKS_DIAGNOSTIC_KEY') ?? '',
    logFormat: oneOf('HKS_LOG_FORMAT', take('HKS_LOG_FORMAT'), ['plain', 'marked']),
    memoryBytes: wholeNumber('HKS_MEMORY_BYTES', take('HKS_MEMORY_BYTES'), { fallback: undefined }),
    cpuSeconds: wholeNumber('HKS_CPU_SECONDS', take('HKS_CPU_SECONDS'), { least: 1, fallback: undefined }),
    check: oneOf('HKS_CHECK', take('HKS_CHECK'), ['false', 'true']) === 'true',
    secrets: secretNames.split(',').flatMap(name => environment[name.trim()] ?? []),
  }
}
