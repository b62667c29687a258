import assert from 'node:assert/strict'
import { callersOf, deletionQuestion } from '../../../src/extension/model/functionCallers.ts'
import { untranslated } from '../../../src/extension/model/localize.ts'
import { cronJob, fn } from './samples.ts'

describe('the question before a function is deleted', () => {
  const { command: _command, args: _args, ...rest } = cronJob()
  const calling = (name: string, functionId: string) => ({ ...rest, name, functionId, payload: null })
  const ask = (...jobs: readonly ReturnType<typeof cronJob>[]) =>
    deletionQuestion(fn(), callersOf(fn(), jobs), untranslated)

  it('names the CronJobs that call it and will fail', () => {
    assert.equal(ask(calling('a', 'f1')), 'Delete greet? The CronJob a calls it and will fail.')
    assert.equal(ask(calling('a', 'f1'), calling('b', 'f1')), 'Delete greet? The CronJobs a, b call it and will fail.')
  })

  it('leaves out those that call another or run a command', () => {
    assert.equal(ask(calling('a', 'f2'), cronJob()), 'Delete greet?')
  })
})
