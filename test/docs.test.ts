import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { TSchema } from 'typebox'
import { version } from '../src/base/version.ts'
import { exitCodeOf } from '../src/cli/output/exitCodes.ts'
import { createProgram } from '../src/cli/program.ts'
import { errorCodes } from '../src/contract/errors.ts'
import { plainPaths, type Route, routes, watchPath } from '../src/contract/routes.ts'
import { statusOf } from '../src/gateway/http/status.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The cells of every row of the tables in a text, headings left out. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\|(.*)\|$/gm)]
    .map(([, row = '']) => row.split('|').map(cell => cell.trim()))
    .filter((cells, i, all) => !cells.every(isRule) && !all[i + 1]?.every(isRule))
const isRule = (cell: string): boolean => /^-+$/.test(cell)

/** The parts of a text below its headings of one level, by heading. */
const partsOf = (text: string, level: string): [string, string][] =>
  text
    .split(new RegExp(`^(?=${level} )`, 'm'))
    .slice(1)
    .map(part => {
      const [heading = '', ...rest] = part.split('\n')
      // A part ends where the next heading of a higher level begins.
      const body = rest.join('\n').split(new RegExp(`^#{1,${level.length - 1}} `, 'm'))[0] ?? ''
      return [heading.slice(level.length + 1), body]
    })

/** The words in `backticks`. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

describe('package.json', () => {
  it('has the version that the product says', () => {
    assert.equal((JSON.parse(read('package.json')) as { version: string }).version, version)
  })
})

describe('docs/errors.md', () => {
  it('lists every error code with its HTTP status and exit code, and no other', () => {
    const listed = rowsOf(read('docs/errors.md')).map(([code = '', status, , , exit]) => [
      quoted(code)[0],
      status,
      exit,
    ])
    const wanted = errorCodes.map(code => [code, String(statusOf[code]), String(exitCodeOf[code])])
    assert.deepEqual(listed.sort(), wanted.sort())
  })
})

describe('docs/api-reference', () => {
  const parts = globSync('docs/api-reference/*.md', { cwd: root }).flatMap(file => partsOf(read(file), '###'))
  const documented = new Map(parts.map(part => [/^Operation `(\w+)`/m.exec(part[1])?.[1], part]))

  it('has no route that is unknown or twice', () => {
    assert.deepEqual([...documented.keys()].sort(), Object.keys(routes).sort())
    assert.equal(parts.length, documented.size)
  })

  for (const [name, route] of Object.entries<Route>(routes)) {
    it(`describes ${name} as it is`, () => {
      const [heading, text] = documented.get(name) ?? assert.fail(`${name} is not documented`)
      assert.equal(heading, route.summary)
      const paths = [...text.matchAll(/^(?:also )?`([A-Z]+ \/\S+)`$/gm)].map(([, path]) => path)
      assert.deepEqual(
        paths,
        [route.path, ...(route.aliases ?? [])].map(path => `${route.method} ${path}`),
      )
      const answers = [route.success.status, ...(route.success.also ?? [])].join(' or ')
      assert.match(text, new RegExp(`^Operation \`${name}\`, scope \`${route.scope}\`, answers ${answers}\\.$`, 'm'))
      for (const part of ['body', 'query'] as const) {
        const table = text.split(new RegExp(`^\\| ${part} \\| type \\| required \\| \\|$`, 'm'))[1] ?? ''
        const listed = rowsOf(table.split('\n\n')[0] ?? '').map(([field = '', type = '', required]) => [
          quoted(field)[0],
          required,
          ...quoted(type),
        ])
        assert.deepEqual(listed, fieldsOf(route[part]), `the ${part} of ${name}`)
      }
    })
  }

  it('says how to watch and where the machine-readable description is', () => {
    const texts = globSync('docs/api-reference/*.md', { cwd: root }).map(read).join('\n')
    assert.ok(texts.includes(`WS ${watchPath}`))
    assert.ok(texts.includes(`GET ${plainPaths.openApi}`))
  })
})

/** The fields of a schema, with `yes` for those that must be given, and the words that are allowed where only some are. */
function fieldsOf(schema: TSchema | undefined): string[][] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([field, { enum: words = [] }]) => [
    field,
    required.includes(field) ? 'yes' : '',
    ...words,
  ])
}

describe('docs/cli.md', () => {
  const text = read('docs/cli.md')
  const parts = new Map(partsOf(text, '###').map(([heading, part]) => [quoted(heading)[0], part]))
  const program = createProgram(
    () => Promise.resolve(),
    () => undefined,
  )
  const verbs = leaves(program)
  const common = program.options.map(({ flags }) => flags)

  it('has no command that is unknown', () => {
    assert.deepEqual(
      [...parts.keys()],
      [...parts.keys()].filter(usage => verbs.some(verb => usageOf(verb) === usage)),
    )
    assert.equal(parts.size, verbs.length)
  })

  for (const verb of verbs) {
    it(`describes ${usageOf(verb)} with its options and an example`, () => {
      const part = parts.get(usageOf(verb)) ?? assert.fail('it is not documented')
      const own = verb.options.map(({ flags }) => flags).filter(flags => !common.includes(flags))
      assert.deepEqual(
        rowsOf(part).map(([flags = '']) => quoted(flags)[0]),
        own,
      )
      assert.match(part, /```sh\n[^`]*hks-func /)
    })
  }

  it('lists the options of every command', () => {
    const first = rowsOf(partsOf(text, '##').find(([heading]) => heading === 'Options of every command')?.[1] ?? '')
    const listed = first.map(([flags = '']) => quoted(flags)[0])
    for (const flags of common) assert.ok(listed.includes(flags), `${flags} is not documented`)
  })

  it('lists every exit code with its error codes', () => {
    const rows = rowsOf(partsOf(text, '##').find(([heading]) => heading === 'Exit codes')?.[1] ?? '')
    const listed = rows.flatMap(([exit, , codes = '']) => quoted(codes).map(code => [code, Number(exit)]))
    assert.deepEqual(Object.fromEntries(listed), exitCodeOf)
    assert.equal(listed.length, errorCodes.length)
  })
})

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function usageOf(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name())
  const values = command.registeredArguments.map(argument => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [...names, ...values].join(' ')
}

describe('docs/editor.md', () => {
  const manifest = JSON.parse(read('package.json')) as {
    readonly contributes: {
      readonly commands: readonly { readonly title: string }[]
      readonly configuration: { readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>> }
      readonly views: Readonly<Record<string, readonly { readonly name: string }[]>>
    }
  }
  const names = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>
  const named = (text: string): string => names[text.replaceAll('%', '')] ?? text
  const text = read('docs/editor.md')
  const rowsUnder = (wanted: string) =>
    rowsOf(partsOf(text, '##').find(([heading]) => heading === wanted)?.[1] ?? assert.fail(`${wanted} is missing`))

  it('lists every command by its title, and no other', () => {
    const listed = rowsUnder('Commands').map(([title = '']) => title.replaceAll('**', ''))
    assert.deepEqual(listed.sort(), manifest.contributes.commands.map(({ title }) => named(title)).sort())
  })

  it('lists every setting with its values, and no other', () => {
    const listed = rowsUnder('Settings').map(([key = '', values = '']) => [quoted(key)[0], quoted(values)])
    const { properties } = manifest.contributes.configuration
    assert.deepEqual(
      listed,
      Object.entries(properties).map(([key, setting]) => [key, setting.enum ?? []]),
    )
  })

  it('names every view', () => {
    for (const { name } of Object.values(manifest.contributes.views).flat()) {
      assert.ok(text.includes(`**${named(name)}**`), `${named(name)} is not documented`)
    }
  })
})

describe('the documents', () => {
  for (const file of globSync(['*.md', 'docs/**/*.md'], { cwd: root })) {
    it(`${file} links only to files that exist`, () => {
      const links = [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, path = '']) => path)
      for (const path of links) {
        assert.ok(existsSync(resolve(root, dirname(file), path)), `${file} links to ${path}, which is not there`)
      }
    })
  }
})
