import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { CommanderError, InvalidArgumentError } from 'commander'
import { asHksError } from '../../src/cli/asHksError.ts'
import { relative, span, zoneClock } from '../../src/cli/output/time.ts'
import { createOutput, type Format } from '../../src/cli/output/output.ts'
import { facts, table } from '../../src/cli/output/table.ts'
import { HksError } from '../../src/contract/errors.ts'
import { instant, pastInstant } from '../../src/cli/optionValues.ts'

const terminal = () => Object.assign(new PassThrough(), { isTTY: true })
const pipe = () => new PassThrough()
const textOf = (stream: PassThrough): string => String(stream.read() ?? '')

function speak(format: Format, stream: () => PassThrough, env: Readonly<Record<string, string>> = {}) {
  const [stdout, stderr] = [stream(), stream()]
  return { stdout, stderr, out: createOutput({ stdout, stderr }, format, env) }
}

const error = new HksError('INVALID_REQUEST', 'name: "X" is not a name.\n  X\n  ^', {
  hint: 'Use x.',
  details: { field: 'name' },
})

describe('the output of hks-func', () => {
  it('has data alone on stdout with --json, and errors as JSON on stderr', () => {
    const { stdout, stderr, out } = speak('json', terminal)
    out.say('Starting …')
    out.result({ a: 1 }, () => 'one')
    out.record({ b: 2 }, () => 'two')
    out.fail(error)
    assert.equal(textOf(stdout), '{\n  "a": 1\n}\n{"b":2}\n')
    assert.deepEqual(JSON.parse(textOf(stderr)), {
      error: error.message,
      code: 'INVALID_REQUEST',
      details: { field: 'name' },
      hint: 'Use x.',
    })
    assert.equal(out.interactive, false)
  })

  it('has sentences on stderr and text on stdout for people', () => {
    const { stdout, stderr, out } = speak('text', pipe)
    out.say('Starting …')
    out.result({ a: 1 }, () => 'one')
    out.fail(error)
    assert.equal(textOf(stdout), 'one\n')
    assert.equal(textOf(stderr), 'Starting …\nerror: name: "X" is not a name. (INVALID_REQUEST)\n  X\n  ^\n  Use x.\n')
  })

  it('calls a cancelled command no error', () => {
    const { stderr, out } = speak('text', pipe)
    out.fail(new HksError('CANCELLED', 'Cancelled.'))
    assert.equal(textOf(stderr), 'Cancelled.\n')
  })

  for (const [what, stream, env, colored] of [
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['a pipe with NO_COLOR and FORCE_COLOR', pipe, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ] as const) {
    it(`has ${colored ? '' : 'no '}colours on ${what}`, () => {
      const { stderr, out } = speak('text', stream, env)
      out.fail(error)
      assert.equal(textOf(stderr).includes('\x1b['), colored)
      assert.equal(out.colors.isColorSupported, colored)
    })
  }

  it('waits for a slow reader', async () => {
    const stdout = new PassThrough({ highWaterMark: 8 })
    const out = createOutput({ stdout, stderr: pipe() }, 'text', {})
    let drained = false
    out.record({}, () => 'more than eight bytes')
    const wait = out.drained().then(() => (drained = true))
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(drained, false)
    stdout.resume()
    await wait
  })

  it('aligns tables and facts without lines or trailing blanks', () => {
    assert.equal(
      table(
        ['name', 'n'],
        [
          ['a', '1'],
          ['long', ''],
        ],
      ),
      'NAME  N\na     1\nlong',
    )
    assert.equal(
      facts([
        ['Name', 'x'],
        ['Gone', undefined],
        ['Id', 'y'],
      ]),
      'Name: x\nId:   y',
    )
    assert.equal(facts([]), '')
  })
})

describe('asHksError', () => {
  it('keeps our errors', () => {
    assert.equal(asHksError(error), error)
  })

  it('calls a wrong command line an invalid request', () => {
    const { code, message } = asHksError(new CommanderError(1, 'commander.unknownOption', "error: unknown option '-x'"))
    assert.deepEqual([code, message], ['INVALID_REQUEST', "unknown option '-x'"])
    assert.equal(asHksError(new InvalidArgumentError('It is bad.')).code, 'INVALID_REQUEST')
  })

  const refused = (code: string, path?: string) =>
    asHksError(
      Object.assign(new Error(`${code}: what the kernel says, open`), { code, syscall: 'open', ...(path && { path }) }),
    )

  it('says what the operating system refused of a file, and the way out', () => {
    const { code, message, details, hint } = refused('ENOENT', '/x/a.mjs')
    assert.deepEqual(
      [code, message, details, hint],
      ['INVALID_REQUEST', '/x/a.mjs is not there.', { file: '/x/a.mjs', errno: 'ENOENT' }, 'Check the path.'],
    )
    for (const errno of ['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS']) {
      const error = refused(errno, '/x')
      assert.equal(error.code, 'INVALID_REQUEST')
      assert.match(error.message, /^\/x [^:]+\.$/)
      assert.ok(error.hint)
    }
  })

  it('says that the disk is full, also where the operating system names no file', () => {
    const { code, message, hint, details } = refused('ENOSPC')
    assert.deepEqual([code, hint, details], ['STORE_FAILED', 'Free some space, then try again.', { errno: 'ENOSPC' }])
    assert.equal(message, 'A file cannot be written: the disk is full.')
    assert.equal(refused('EDQUOT', '/x').code, 'STORE_FAILED')
  })

  it('passes on what else the operating system says, and calls the rest unforeseen', () => {
    assert.equal(refused('EMFILE', '/x').message, 'EMFILE: what the kernel says, open.')
    assert.equal(refused('EACCES').message, 'EACCES: what the kernel says, open.')
    assert.equal(asHksError(new TypeError('x is undefined')).code, 'INTERNAL')
    assert.equal(asHksError('thrown text').message, 'thrown text')
  })
})

describe('times on the command line', () => {
  it('says a span in at most two units', () => {
    const seconds = (n: number) => span(n * 1000)
    assert.deepEqual([0.2, 42, 59.7, 150, 3570, 7500, 47 * 3600, 49 * 3600, -5].map(seconds), [
      '200 ms',
      '42 s',
      '1 min',
      '3 min',
      '1 h',
      '2 h 5 min',
      '47 h',
      '2 d',
      '5 s',
    ])
  })

  it('says when something is or was, seen from now', () => {
    const now = Date.parse('2026-03-01T00:00:00Z')
    assert.equal(relative('2026-03-01T00:03:00Z', now), 'in 3 min')
    assert.equal(relative('2026-02-28T23:59:55Z', now), '5 s ago')
    assert.equal(relative(undefined, now), '-')
  })

  it('shows an instant with the offset that its zone has then', () => {
    assert.equal(zoneClock('Europe/Berlin')('2026-03-29T00:30:00Z'), '2026-03-29 01:30:00 +01:00')
    assert.equal(zoneClock('Europe/Berlin')('2026-03-29T01:30:00Z'), '2026-03-29 03:30:00 +02:00')
    assert.equal(zoneClock('UTC')('2026-01-01T00:00:00Z'), '2026-01-01 00:00:00 +00:00')
    assert.equal(zoneClock('Asia/Kolkata')('2026-01-01T00:00:00Z'), '2026-01-01 05:30:00 +05:30')
  })

  it('reads instants only with an offset, and spans before now', () => {
    assert.equal(instant('2026-03-28T01:00:00+01:00'), Date.parse('2026-03-28T00:00:00Z'))
    assert.equal(instant('2026-03-28T01:00Z'), Date.parse('2026-03-28T01:00:00Z'))
    for (const text of ['2026', '2026-03-28', '2026-03-28T01:00', '2026-13-01T00:00:00Z', 'now']) {
      assert.throws(() => instant(text), InvalidArgumentError)
    }
    const before = Date.now() - 600_000
    const at = pastInstant('10m')
    assert.ok(at >= before && at <= Date.now() - 600_000)
    for (const text of ['10', '10 m', '1w', '']) assert.throws(() => pastInstant(text), InvalidArgumentError)
  })
})
