import { Argument, type Command } from 'commander'
import { completionScripts } from '../completionScripts.ts'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'

/** `completion`: a script for the shell, made from the commands themselves. */
export function addCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .description('print a completion script')
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      examples(
        'source <(hks-func completion bash)',
        'hks-func completion fish > ~/.config/fish/completions/hks-func.fish',
      ),
    )
    .action((shell: keyof typeof completionScripts, _options: object, command: Command) =>
      run(command, async context => context.out.bytes(Buffer.from(completionScripts[shell](program)))),
    )
}
