/** What a job or a function inherits; everything else is its own or nobody's. */
const inherited = ['HOME', 'LANG', 'TZ', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR'] as const

/** The environment that runs start from: a few facts about the user and the PATH of the login shell. */
export function cleanEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  path: string,
): Readonly<Record<string, string>> {
  const kept = inherited.map(name => [name, env[name]] as const)
  return {
    PATH: path,
    ...Object.fromEntries(
      kept.filter((entry): entry is [(typeof inherited)[number], string] => entry[1] !== undefined),
    ),
  }
}
