import type { Command } from 'commander'

/** A command with the ways to name it after its parents: `cronjob list`, `cj ls` … */
interface Chain {
  /** Names from the program on, without the program itself. */
  readonly names: readonly string[]
  readonly command: Command
}

/** The completion script of each shell, made from the commands of a program. */
export const completionScripts = {
  bash,
  zsh: (program: Command) => `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`,
  fish,
} as const satisfies Record<string, (program: Command) => string>

const chainsOf = (command: Command, names: readonly string[] = []): readonly Chain[] => [
  { names, command },
  ...command.commands.flatMap(child => chainsOf(child, [...names, child.name()])),
]

const optionsOf = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  '--help',
]

function bash(program: Command): string {
  const chains = chainsOf(program)
  // The words typed so far are followed from command to command; options and their values change nothing.
  const steps = chains.slice(1).map(({ names, command }) => {
    const parent = names.slice(0, -1).join(' ')
    const words = [command.name(), ...command.aliases()].map(word => `"${parent}/${word}"`)
    return `      ${words.join('|')}) chain="${names.join(' ')}" ;;`
  })
  const offers = chains.map(({ names, command }) => {
    const words = [...command.commands.map(child => child.name()), ...optionsOf(command)]
    return `    "${names.join(' ')}") words="${words.join(' ')}" ;;`
  })
  return `_hks_func() {
  local chain="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$chain/$word" in
${steps.join('\n')}
    esac
  done
  case "$chain" in
${offers.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _hks_func hks-func
`
}

function fish(program: Command): string {
  const lines = chainsOf(program).flatMap(({ names, command }) => {
    const children = command.commands.map(child => child.name())
    const seen = names.map(name => `__fish_seen_subcommand_from ${name}`)
    const none = children.length === 0 ? [] : [`not __fish_seen_subcommand_from ${children.join(' ')}`]
    const line = (condition: readonly string[], rest: string) =>
      `complete -c hks-func${condition.length === 0 ? '' : ` -n '${condition.join('; and ')}'`} ${rest}`
    return [
      ...command.commands.map(child =>
        line([...seen, ...none], `-f -a ${child.name()} -d ${quoted(child.description())}`),
      ),
      ...command.options.map(({ long, short, description }) =>
        line(seen, `${short ? `-s ${short.slice(1)} ` : ''}-l ${long?.slice(2)} -d ${quoted(description)}`),
      ),
    ]
  })
  return `${lines.join('\n')}\n`
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
