import { Argument, type Command } from 'commander'
import type { Run } from '../program.ts'

/** `completion`: a script for the shell, made from the commands themselves. */
export function addCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .description('print a completion script')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nExample:\n  $ source <(hks-func completion bash)')
    .action((shell: 'bash' | 'zsh' | 'fish', _options: object, command: Command) =>
      run(command, async context => context.out.bytes(Buffer.from(scripts[shell](wordsOf(program))))),
    )
}

/** The words that may follow each chain of commands, options included. */
function wordsOf(command: Command, chain: readonly string[] = []): (readonly [string, readonly string[]])[] {
  const options = command.options.flatMap(option => (option.long === undefined ? [] : [option.long]))
  const children = command.commands.map(child => child.name())
  return [
    [chain.join(' '), [...children, ...options, '--help']],
    ...command.commands.flatMap(child => wordsOf(child, [...chain, child.name()])),
  ]
}

type Words = readonly (readonly [string, readonly string[]])[]

const bash = (words: Words) => `_hks_func() {
  local chain="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || chain="\${chain:+$chain }$word"; done
  while :; do
    case "$chain" in
${words.map(([chain, next]) => `      "${chain}") COMPREPLY=($(compgen -W "${next.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")); return ;;`).join('\n')}
      *" "*) chain="\${chain% *}" ;;
      *) chain="" ;;
    esac
  done
}
complete -o default -F _hks_func hks-func
`

const scripts = {
  bash,
  zsh: (words: Words) => `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`,
  fish: (words: Words) =>
    words
      .flatMap(([chain, next]) => {
        const names = chain.split(' ').filter(name => name !== '')
        const seen = names.map(name => `__fish_seen_subcommand_from ${name}`).join('; and ')
        const condition = names.length === 0 ? '__fish_use_subcommand' : seen
        const offered = next.filter(word => !word.startsWith('--'))
        return offered.length === 0 ? [] : [`complete -c hks-func -f -n '${condition}' -a '${offered.join(' ')}'`]
      })
      .join('\n')
      .concat('\n'),
} as const
