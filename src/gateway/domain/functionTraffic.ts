import { HksError, invalidField } from '../../contract/errors.ts'
import type { FunctionRecord, TrafficShare } from './function.ts'

/** Refuses shares that do not make up 100, and revisions that can not serve. @throws HksError INVALID_REQUEST */
export function checkShares(fn: FunctionRecord, shares: readonly TrafficShare[]): void {
  const tags = new Set<string>()
  const numbers = new Set<number>()
  shares.forEach(({ revision: number, tag }, index) => {
    refuseUnready(fn, number, `items.${index}.revision`)
    if (numbers.has(number)) throw invalidField(`items.${index}.revision`, number, 'is there twice.')
    if (tag !== undefined && tags.has(tag)) throw invalidField(`items.${index}.tag`, tag, 'is there twice.')
    numbers.add(number)
    if (tag !== undefined) tags.add(tag)
  })
  const total = shares.reduce((sum, { percent }) => sum + percent, 0)
  if (total !== 100) throw invalidField('items', shares, `the shares make up ${total} percent, not 100.`)
}

/**
 * All calls to a former revision; those with a tag can be called by it as before.
 * @throws HksError INVALID_REQUEST naming `revision`; CONFLICT when there is none before the one that serves
 */
export function sharesOfRollBack(fn: FunctionRecord, to: number | undefined): readonly TrafficShare[] {
  const revision = to ?? formerRevision(fn)
  refuseUnready(fn, revision, 'revision')
  const tagged = fn.revisions.flatMap(({ number, tag }) =>
    tag === undefined ? [] : [{ revision: number, percent: number === revision ? 100 : 0, tag }],
  )
  return tagged.some(share => share.revision === revision) ? tagged : [{ revision, percent: 100 }, ...tagged]
}

function refuseUnready({ spec, revisions }: FunctionRecord, number: number, field: string): void {
  const revision = revisions.find(each => each.number === number)
  if (revision?.status === 'ready') return
  const ready = revisions.filter(({ status }) => status === 'ready').map(each => each.number)
  throw invalidField(
    field,
    number,
    revision ? `revision ${number} of "${spec.name}" can not serve.` : `"${spec.name}" has no revision ${number}.`,
    ready.length === 0 ? 'None is ready.' : `Those that are ready: ${ready.join(', ')}.`,
  )
}

/** While the calls are divided it is the one before the newest that gets some. */
function formerRevision({ spec, serving, revisions }: FunctionRecord): number {
  const newest = Math.max(serving, ...revisions.filter(({ percent = 0 }) => percent > 0).map(each => each.number))
  const former = revisions.find(({ number, status }) => number < newest && status === 'ready')
  if (former) return former.number
  throw new HksError('CONFLICT', `"${spec.name}" has no ready revision before the one that serves.`, {
    details: { serving },
  })
}
