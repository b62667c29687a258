import type { CronJob } from '../../contract/cronJobs.ts'
import type { SchedulePreview, SchedulePreviewRequest, ScheduleWarning } from '../../contract/schedules.ts'
import type { ScheduleEditorInit } from '../../contract/webviews.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { type Clock, clockOf } from '../ui/times.ts'
import type { Form } from './modelForm.ts'
import { joinWarnings, knownZone, lintKey, peersOf, type Preview, previewOf } from './modelPreview.ts'

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

  preview(form: Form, saved: CronJob | undefined): Preview {
    return previewOf(form, {
      now: this.now(),
      saved,
      usualMilliseconds: this.init.usualMilliseconds,
      peers: this.peers,
    })
  }

  /** The page's own warnings and, once it has answered, the gateway's. */
  warnings(form: Form, preview: Preview): ScheduleWarning[] {
    return joinWarnings(preview.warnings, this.gateway?.key === lintKey(form) ? this.gateway.warnings : undefined)
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
  async askGateway(form: Form): Promise<void> {
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
    clearTimeout(this.settling)
  }
}
