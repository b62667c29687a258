import type { LogLine } from '../../contract/logs.ts'
import { zoneOffset } from './times.ts'
import { keptLines, lineTime, occurrences, plainText } from './logLines.ts'

/** Lines of one block; the browser lays out only the blocks in sight. */
const blockLines = 100
const matchName = 'hks-match'
const currentName = 'hks-current-match'

/**
 * The lines of a log, appended as they come. It is no template: thousands of lines are added without touching those
 * that are there.
 *
 * @fires scrolled - the user scrolled; see `isAtEnd`
 */
export class LogView extends HTMLElement {
  /** IANA name of the zone of the times. */
  timeZone = 'UTC'
  /** What a screen reader calls it. */
  label = ''
  private count = 0
  private kept: LogLine[] = []
  private found: Range[] = []
  private wanted = ''
  private offset: { readonly hour: number; readonly value: number } | undefined

  connectedCallback(): void {
    this.setAttribute('role', 'log')
    this.setAttribute('aria-label', this.label)
    this.setAttribute('aria-live', 'off')
    this.tabIndex = 0
    this.addEventListener('scroll', () => this.dispatchEvent(new CustomEvent('scrolled')), { passive: true })
  }

  disconnectedCallback(): void {
    this.clearMarks()
  }

  /** The lines that are shown. */
  get lines(): readonly LogLine[] {
    return this.kept
  }

  /** How many lines came before those shown. */
  get dropped(): number {
    return this.count - this.kept.length
  }

  /** Whether the last line is in sight. */
  get isAtEnd(): boolean {
    return this.scrollHeight - this.scrollTop - this.clientHeight < 24
  }

  reset(): void {
    this.count = 0
    this.kept = []
    this.replaceChildren()
    this.find(this.wanted)
  }

  addLines(lines: readonly LogLine[]): void {
    this.count += lines.length
    const shown = lines.slice(-keptLines)
    if (shown.length < lines.length) this.replaceChildren()
    this.kept = [...this.kept, ...shown].slice(-keptLines)
    let block = this.lastElementChild
    for (const line of shown) {
      if (block === null || block.childElementCount >= blockLines) {
        block = document.createElement('div')
        block.className = 'log-block'
        this.append(block)
      }
      block.append(this.row(line))
    }
    this.trim()
    if (this.wanted !== '') this.find(this.wanted)
  }

  scrollToEnd(): void {
    this.scrollTop = this.scrollHeight
  }

  /** Marks every occurrence of a text and answers how many there are. */
  find(wanted: string): number {
    this.wanted = wanted
    this.clearMarks()
    this.found = []
    if (wanted === '') return 0
    for (const text of this.querySelectorAll('.log-text')) {
      const node = text.firstChild
      if (node === null) continue
      for (const at of occurrences(text.textContent ?? '', wanted)) {
        const range = new Range()
        range.setStart(node, at)
        range.setEnd(node, at + wanted.length)
        this.found.push(range)
      }
    }
    CSS.highlights.set(matchName, new Highlight(...this.found))
    return this.found.length
  }

  /** Brings one occurrence into sight. */
  showMatch(index: number): void {
    const range = this.found[index]
    if (range === undefined) return
    CSS.highlights.set(currentName, new Highlight(range))
    range.startContainer.parentElement?.scrollIntoView({ block: 'nearest' })
  }

  private clearMarks(): void {
    CSS.highlights.delete(matchName)
    CSS.highlights.delete(currentName)
  }

  private trim(): void {
    for (let first = this.firstElementChild; first !== null; first = this.firstElementChild) {
      if (this.childElementCount * blockLines - first.childElementCount < keptLines) return
      first.remove()
    }
  }

  private row(line: LogLine): HTMLElement {
    const row = document.createElement('div')
    row.className = `log-line ${line.stream}`
    const time = document.createElement('span')
    time.className = 'log-time'
    time.textContent = lineTime(line, this.offsetAt(line))
    const text = document.createElement('span')
    text.className = 'log-text'
    text.textContent = plainText(line.text) || ' '
    row.append(time, text)
    if (line.stream !== 'stdout') row.title = line.stream
    return row
  }

  /** The zone's offset changes at most at full quarter hours, and a log has many lines in one. */
  private offsetAt(line: LogLine): number {
    const time = Date.parse(line.time)
    const hour = Math.floor(time / 900_000)
    if (this.offset?.hour !== hour) this.offset = { hour, value: zoneOffset(this.timeZone, time) }
    return this.offset.value
  }
}
