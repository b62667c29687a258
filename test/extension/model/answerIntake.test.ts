import assert from 'node:assert/strict'
import fc from 'fast-check'
import { shownCharacters } from '../../../src/contract/functionInvoke.ts'
import { type AnswerIntake, createAnswerIntake, mostKept } from '../../../src/extension/model/answerIntake.ts'

const taken = (chunks: readonly Uint8Array[]): AnswerIntake => {
  const intake = createAnswerIntake()
  for (const chunk of chunks) intake.add(chunk)
  intake.end()
  return intake
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('an answer that comes in pieces', () => {
  it('is the same text wherever it was cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0')),
        fc.nat(40),
        (text, at) => {
          const all = bytes(text)
          const intake = taken([all.subarray(0, at), all.subarray(at)])
          assert.deepEqual([intake.text, intake.isCut, intake.isKept], [text, false, true])
          assert.deepEqual(intake.kept(), all)
        },
      ),
    )
  })

  it('is no text with a zero byte, or where a character is broken or never ends', () => {
    for (const odd of [
      [65, 0, 66],
      [0xff, 0xfe],
      [65, 0xe2, 0x82],
    ]) {
      const intake = taken([bytes('before '), Uint8Array.from(odd)])
      assert.equal(intake.text, undefined)
      assert.equal(intake.bytes, 7 + odd.length)
    }
  })

  it('shows the beginning of a long text, and never half a character', () => {
    const intake = taken([bytes('a'.repeat(shownCharacters - 1)), bytes('😀'), bytes('b')])
    assert.equal(intake.text, 'a'.repeat(shownCharacters - 1))
    assert.ok(intake.isCut)
    assert.equal(intake.bytes, shownCharacters + 4)
    assert.ok(intake.isKept)
  })

  it('keeps no more than can be opened, and says that it did not', () => {
    const intake = createAnswerIntake()
    const piece = new Uint8Array(16 * 1024 * 1024).fill(65)
    for (let i = 0; i < 4; i++) intake.add(piece)
    assert.equal(intake.bytes, 64 * 1024 * 1024)
    assert.equal(intake.kept().length, mostKept)
    assert.equal(intake.isKept, false)
  })
})
