import { shownCharacters } from '../../contract/functionInvoke.ts'

/** What has come of an answer: bounded, however large it is. */
export interface AnswerIntake {
  add(chunk: Uint8Array): void
  /** Nothing more comes. */
  end(): void
  readonly bytes: number
  /** Its beginning; undefined when it is not text. */
  readonly text: string | undefined
  /** `text` is not all that has come. */
  readonly isCut: boolean
  /** All that has come is in {@link kept}. */
  readonly isKept: boolean
  /** What can be opened and saved. */
  kept(): Uint8Array
}

/** Bytes of an answer that are kept to be opened or saved; VS Code itself opens no document above 50 MB. */
export const mostKept = 48 * 1024 * 1024

/** Takes an answer in pieces. Text is what is valid UTF-8 without a zero byte, so far as it is shown. */
export function createAnswerIntake(): AnswerIntake {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let chunks: Uint8Array[] = []
  let bytes = 0
  let keptBytes = 0
  let text: string | undefined = ''
  let isFull = false

  const decode = (chunk: Uint8Array | undefined): void => {
    if (text === undefined || isFull) return
    try {
      const piece = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
      text = piece.includes('\0') ? undefined : text + piece
    } catch {
      // The decoder was asked to throw at what is no UTF-8.
      text = undefined
    }
    if (text === undefined || text.length <= shownCharacters) return
    isFull = true
    text = whole(text.slice(0, shownCharacters))
  }
  return {
    add: chunk => {
      bytes += chunk.length
      decode(chunk)
      const room = mostKept - keptBytes
      if (room <= 0) return
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      keptBytes += Math.min(chunk.length, room)
    },
    end: () => decode(undefined),
    get bytes() {
      return bytes
    },
    get text() {
      return text
    },
    get isCut() {
      return isFull
    },
    get isKept() {
      return keptBytes === bytes
    },
    kept: () => {
      const all = new Uint8Array(keptBytes)
      let at = 0
      for (const chunk of chunks) {
        all.set(chunk, at)
        at += chunk.length
      }
      chunks = [all]
      return all
    },
  }
}

/** Without the first half of a character whose second half was cut off. */
const whole = (text: string): string => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text)
