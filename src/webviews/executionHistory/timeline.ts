import { html, nothing, svg, type TemplateResult } from 'lit'
import type { LedgerEntry } from '../../contract/ledger.ts'
import { t } from '../ui/text.ts'
import type { Clock } from '../ui/times.ts'
import { entryText } from './modelEntry.ts'
import { type Bar, barPitch, barsIn, barsOf, timelineHeight } from './modelTimeline.ts'

const barWidth = barPitch - 2

/** What the timeline shows. */
export interface TimelineView {
  readonly entries: readonly LedgerEntry[]
  /** Index of the first entry drawn, at the right; the newest is 0. */
  readonly first: number
  /** Width in pixels. */
  readonly width: number
  readonly selectedKey: string | undefined
  readonly clock: Clock
  readonly now: number
  readonly select: (index: number) => void
  /** Moves the selection: positive steps go back in time. */
  readonly move: (steps: number) => void
}

/** One bar for each occurrence or run, the newest at the right. Outcomes differ by shape, pattern and colour. */
export function timeline(view: TimelineView): TemplateResult {
  const count = barsIn(view.width)
  const bars = barsOf(view.entries, view.first, count, view.now)
  const selected = bars.find(bar => bar.key === view.selectedKey)
  return html`<svg
    class="timeline"
    role="listbox"
    tabindex="0"
    aria-label=${t('Runs over time, oldest first')}
    aria-orientation="horizontal"
    aria-activedescendant=${selected === undefined ? nothing : `bar-${selected.index}`}
    height=${timelineHeight + 4}
    width=${Math.max(barPitch, bars.length * barPitch)}
    @keydown=${(event: KeyboardEvent) => onKey(event, view, count)}
  >
    <defs>
      <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line class="hatch" x1="0" y1="0" x2="0" y2="4"></line>
      </pattern>
    </defs>
    ${bars.map(bar => barShape(bar, view))}
  </svg>`
}

function barShape(bar: Bar, view: TimelineView): TemplateResult {
  const entry = view.entries[bar.index]!
  const { label } = entryText(entry, view.clock, view.now)
  const { x, y, height } = bar
  const isSelected = bar.key === view.selectedKey
  return svg`<g
    id="bar-${bar.index}"
    role="option"
    aria-selected=${isSelected}
    aria-label=${label}
    class="bar ${bar.kind} ${isSelected ? 'selected' : ''}"
    @click=${() => view.select(bar.index)}
  >
    <title>${label}</title>
    <rect class="reach" x=${x} y="0" width=${barPitch} height=${timelineHeight + 4}></rect>
    ${shape(bar, x + 1, y, height)}
    ${isSelected ? svg`<rect class="marker" x=${x + 1} y=${timelineHeight + 2} width=${barWidth} height="2"></rect>` : nothing}
  </g>`
}

function shape({ kind }: Bar, x: number, y: number, height: number): TemplateResult {
  const middle = x + barWidth / 2
  const box = svg`<rect class="body" x=${x} y=${y} width=${barWidth} height=${height} rx="1"></rect>`
  switch (kind) {
    case 'failed':
      return svg`${box}<path class="mark" d="M${middle - 3} ${y - 9}l6 6m0 -6l-6 6"></path>`
    case 'missed':
      return svg`<rect class="outline" x=${x + 0.5} y=${y + 0.5} width=${barWidth - 1} height=${height - 1} fill="url(#hatch)"></rect>`
    case 'skipped':
      return svg`<circle class="outline" cx=${middle} cy=${timelineHeight - 4} r="3"></circle>`
    case 'unknown':
      return svg`<path class="mark" d="M${x} ${timelineHeight - 4}h${barWidth}"></path>`
    case 'running':
      return svg`<rect class="outline" x=${x + 0.5} y=${y + 0.5} width=${barWidth - 1} height=${height - 1}></rect>`
    case 'succeeded':
      return box
  }
}

function onKey(event: KeyboardEvent, view: TimelineView, count: number): void {
  const last = view.entries.length
  const steps = { ArrowLeft: 1, ArrowRight: -1, PageUp: count, PageDown: -count, Home: last, End: -last }[event.key]
  if (steps === undefined || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  view.move(steps)
}
