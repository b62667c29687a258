import type { CronJob } from '../../contract/cronJobs.ts'
import type { SchedulePreview, SchedulePreviewRequest, ScheduleWarning } from '../../contract/schedules.ts'
import type { ScheduleEditorInit } from '../../contract/webviews.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import type { Form } from './modelForm.ts'
import { joinWarnings, knownZone, lintKey, peersOf, type Preview, previewOf, warningsOf } from './modelPreview.ts'

/** How long after the last keystroke the slower questions are asked: the gateway's word and the other jobs. */
const settleMilliseconds = 250

/** What the editor knows about the schedule in its form: at once from the engine in the page, then from the gateway. */
export class ScheduleAdvice {
  private readonly init: ScheduleEditorInit
  private readonly ask: (request: SchedulePreviewRequest) => Promise<SchedulePreview>
  /** How far the host's clock is ahead of the page's, in milliseconds. */
  private readonly lead: number
  private readonly clocks = new Map<string, Clock>()
  private peers = 0
  private gateway: { readonly key: string; readonly warnings: readonly ScheduleWarning[] } | undefined
  private known: { readonly key: string; readonly preview: Preview } | undefined
  private linted: { readonly key: string; readonly warnings: readonly ScheduleWarning[] } = { key: '', warnings: [] }
  private linting: ReturnType<typeof setTimeout> | undefined
  private settling: ReturnType<typeof setTimeout> | undefined

  constructor(init: ScheduleEditorInit, ask: (request: SchedulePreviewRequest) => Promise<SchedulePreview>) {
    this.init = init
    this.ask = ask
    this.lead = Date.parse(init.now) - Date.now()
  }

  /** The host's present time in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.lead
  }

  /** Formats of a zone in the user's language; UTC for a zone that nobody knows. */
  clock(timeZone: string): Clock {
    const zone = knownZone(timeZone) ?? 'UTC'
    const made = this.clocks.get(zone) ?? clockOf(zone, this.init.locale, this.now())
    this.clocks.set(zone, made)
    return made
  }

  /** Explains the form's schedule; known until the minute, the form or the saved job changes. */
  preview(form: Form, saved: CronJob | undefined): Preview {
    const key = [lintKey(form), Math.floor(this.now() / 60_000), saved?.nextExecutionAt].join()
    if (this.known?.key !== key) this.known = { key, preview: previewOf(form, { now: this.now(), saved }) }
    return this.known.preview
  }

  /**
   * The page's own warnings and, once it has answered, the gateway's. Looking over a year takes longer than a frame may,
   * so those of a changed form come right after the frame; until then the old ones stand.
   */
  warnings(form: Form, changed: () => void): readonly ScheduleWarning[] {
    if (this.linted.key !== this.keyOf(form)) {
      clearTimeout(this.linting)
      this.linting = setTimeout(() => {
        this.currentWarnings(form)
        changed()
      })
    }
    return this.linted.warnings
  }

  /** The warnings of a form at once. */
  currentWarnings(form: Form): readonly ScheduleWarning[] {
    const key = this.keyOf(form)
    if (this.linted.key !== key) {
      const { usualMilliseconds } = this.init
      const own = warningsOf(form, { now: this.now(), usualMilliseconds, peers: this.peers })
      const gateway = this.gateway?.key === lintKey(form) ? this.gateway.warnings : undefined
      this.linted = { key, warnings: joinWarnings(own, gateway) }
    }
    return this.linted.warnings
  }

  private keyOf(form: Form): string {
    return [lintKey(form), this.peers, this.gateway?.key === lintKey(form)].join()
  }

  /** Asks the slower questions after a pause; `done` is called with the gateway's error, if it had one. */
  settle(form: Form, done: (error?: unknown) => void): void {
    clearTimeout(this.settling)
    this.settling = setTimeout(() => {
      this.peers = peersOf(form, this.init.neighbours, this.now())
      void this.askGateway(form).then(() => done(), done)
    }, settleMilliseconds)
  }

  /**
   * Asks for the gateway's warnings, unless they are known or the page already refuses the form.
   * @throws HksError when the gateway refuses the schedule or cannot be reached
   */
  private async askGateway(form: Form): Promise<void> {
    const key = lintKey(form)
    const hasZone = form.timeZone === '' || knownZone(form.timeZone) !== undefined
    if (this.gateway?.key === key || !hasZone || !parseSchedule(form.schedule).ok) return
    const deadline = Number(form.startingDeadlineSeconds)
    const hasDeadline = form.startingDeadlineSeconds !== '' && Number.isInteger(deadline) && deadline >= 0
    const { warnings } = await this.ask({
      schedule: form.schedule,
      count: 0,
      ...(form.timeZone === '' ? {} : { timeZone: form.timeZone }),
      ...(hasDeadline ? { startingDeadlineSeconds: deadline } : {}),
    })
    this.gateway = { key, warnings }
  }

  dispose(): void {
    clearTimeout(this.linting)
    clearTimeout(this.settling)
  }
}
