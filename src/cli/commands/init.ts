import { basename, relative, resolve } from 'node:path'
import { isCancel, select, text } from '@clack/prompts'
import type { Command } from 'commander'
import { HksError, invalidField, notFound } from '../../contract/errors.ts'
import {
  type FunctionTemplate,
  listFunctionTemplates,
  renderFunctionTemplate,
} from '../../scaffold/functionTemplates.ts'
import { resourceNameFrom } from '../../scaffold/singleFile.ts'
import type { Context } from '../context.ts'
import type { Run } from '../program.ts'

interface Options {
  readonly runtime?: string
  readonly template?: string
  readonly folder?: string
}

/** `init`: a function template into a folder. */
export function addInit(program: Command, run: Run): void {
  program
    .command('init [name]')
    .description('write a new function from a template')
    .option('-r, --runtime <runtime>', 'python or node')
    .option('-t, --template <template>', 'name of the function template')
    .option('-f, --folder <folder>', 'where to write it (default: a folder with the name)')
    .addHelpText('after', '\nExamples:\n  $ hks-func init\n  $ hks-func init --runtime node --template webhook on-push')
    .action((name: string | undefined, options: Options, command: Command) =>
      run(command, context => init(context, name, options)),
    )
}

async function init(context: Context, givenName: string | undefined, options: Options): Promise<void> {
  const templates = await listFunctionTemplates(context.templatesFolder)
  const template = await choose(context, templates, options)
  const name = givenName ?? (await ask(context, 'Name of the function', template.name))
  if (resourceNameFrom(name) !== name) {
    throw invalidField('name', name, `"${name}" is not a name.`, `Use ${resourceNameFrom(name)}.`)
  }
  const folder = resolve(context.cwd, options.folder ?? name)
  const files = await renderFunctionTemplate(template, folder, name)
  context.out.result({ name, folder, files }, () => {
    const shown = files.map(file => `  ${relative(context.cwd, file)}`).join('\n')
    return `Wrote ${basename(folder)}:\n${shown}\nNext: hks-func deploy ${relative(context.cwd, folder) || '.'}`
  })
}

async function choose(context: Context, templates: readonly FunctionTemplate[], options: Options) {
  const fitting = templates.filter(
    template =>
      (options.runtime === undefined || template.language === options.runtime) &&
      (options.template === undefined || template.name === options.template),
  )
  const [first] = fitting
  if (!first) throw notFound('function template', `${options.runtime ?? '*'}/${options.template ?? '*'}`)
  if (fitting.length === 1) return first
  const names = fitting.map(template => `${template.language}/${template.name}`)
  if (!context.out.interactive || !context.stdin.isTTY) {
    throw new HksError('INVALID_REQUEST', `--runtime and --template: choose one of ${names.join(', ')}.`)
  }
  const chosen = await select({
    message: 'Function template',
    options: fitting.map((template, index) => ({
      value: index,
      label: names[index] ?? template.name,
      hint: template.description,
    })),
  })
  if (isCancel(chosen)) throw new HksError('CANCELLED', 'Cancelled; nothing was written.')
  return fitting[chosen] ?? first
}

async function ask(context: Context, message: string, suggestion: string): Promise<string> {
  if (!context.out.interactive || !context.stdin.isTTY) {
    throw new HksError('INVALID_REQUEST', 'name: is missing.', { hint: 'hks-func init NAME --runtime … --template …' })
  }
  const answer = await text({ message, initialValue: suggestion })
  if (isCancel(answer)) throw new HksError('CANCELLED', 'Cancelled; nothing was written.')
  return answer
}
