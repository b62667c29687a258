import { basename, relative, resolve } from 'node:path'
import { isCancel, select, text } from '@clack/prompts'
import type { Command } from 'commander'
import { HksError, invalidField } from '../../contract/errors.ts'
import {
  type FunctionTemplate,
  listFunctionTemplates,
  renderFunctionTemplate,
} from '../../scaffold/functionTemplates.ts'
import { resourceNameFrom } from '../../scaffold/singleFile.ts'
import { canAsk } from '../confirm.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'

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
    .option('-r, --runtime <runtime>', 'python, node or go')
    .option('-t, --template <template>', 'name of the function template')
    .option('-f, --folder <folder>', 'where to write it (default: a folder with the name)')
    .addHelpText('after', examples('hks-func init', 'hks-func init --runtime node --template webhook on-push'))
    .action((name: string | undefined, options: Options, command: Command) =>
      run(command, context => init(context, name, options)),
    )
}

async function init(context: Context, givenName: string | undefined, options: Options): Promise<void> {
  if (givenName !== undefined) checkName(givenName)
  const template = await choose(context, await listFunctionTemplates(context.templatesFolder), options)
  const name = givenName ?? (await askName(context, template.name))
  const folder = resolve(context.cwd, options.folder ?? name)
  const files = await renderFunctionTemplate(template, folder, name)
  context.out.result({ name, folder, files }, () => {
    const shown = files.map(file => `  ${relative(context.cwd, file)}`).join('\n')
    return `Wrote ${basename(folder)}:\n${shown}\nNext: hks-func deploy ${relative(context.cwd, folder) || '.'}`
  })
}

function checkName(name: string): void {
  if (resourceNameFrom(name) === name) return
  throw invalidField('name', name, `"${name}" is not a name.`, `Use ${resourceNameFrom(name)}.`)
}

async function choose(
  context: Context,
  templates: readonly FunctionTemplate[],
  options: Options,
): Promise<FunctionTemplate> {
  const fitting = templates.filter(
    template =>
      (options.runtime === undefined || template.language === options.runtime) &&
      (options.template === undefined || template.name === options.template),
  )
  const [first] = fitting
  if (!first) {
    const wanted = `${options.runtime ?? '*'}/${options.template ?? '*'}`
    throw new HksError('NOT_FOUND', `No function template ${wanted} exists.`, {
      hint: `There are ${listOf(templates)}.`,
    })
  }
  if (fitting.length === 1) return first
  if (!canAsk(context)) {
    throw new HksError('INVALID_REQUEST', `--runtime and --template: choose one of ${listOf(fitting)}.`)
  }
  const chosen = await select({
    message: 'Function template',
    options: fitting.map(template => ({
      value: template,
      label: `${template.language}/${template.name}`,
      hint: template.description,
    })),
  })
  if (isCancel(chosen)) throw cancelled()
  return chosen
}

const listOf = (templates: readonly FunctionTemplate[]): string =>
  templates.map(({ language, name }) => `${language}/${name}`).join(', ')

async function askName(context: Context, suggestion: string): Promise<string> {
  if (!canAsk(context)) {
    throw new HksError('INVALID_REQUEST', 'name: is missing.', { hint: 'hks-func init NAME --runtime … --template …' })
  }
  const answer = await text({
    message: 'Name of the function',
    initialValue: suggestion,
    validate: (name = '') => (resourceNameFrom(name) === name ? undefined : `Use ${resourceNameFrom(name)}.`),
  })
  if (isCancel(answer)) throw cancelled()
  return answer
}

const cancelled = () => new HksError('CANCELLED', 'Cancelled; nothing was written.')
