/** The last part of a command's help: command lines to copy. */
export const examples = (...lines: readonly string[]): string =>
  ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n')
