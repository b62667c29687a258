import type { ApplicationPage } from '../../../src/contract/applications.ts'
import type { Handlers } from '../../../src/base/messenger.ts'
import type { ScheduleEditorInit, ScheduleEditorProtocol, ScheduleEditorSave } from '../../../src/contract/webviews.ts'
import { describeSchedule } from '../../../src/schedule/describe.ts'
import { lintSchedule } from '../../../src/schedule/lint.ts'
import { parseSchedule } from '../../../src/schedule/parse.ts'
import { HksError } from '../../../src/contract/errors.ts'
import { cronJob, now } from './cronJobs.ts'

type HostHandlers = Handlers<ScheduleEditorProtocol['host']>

/** The extension host of the schedule editor as a test plays it; what the page asked is kept. */
export interface ScheduleEditorHost {
  readonly handlers: HostHandlers
  readonly listeners: { readonly dirty: (data: { readonly dirty: boolean }) => void }
  readonly saved: ScheduleEditorSave[]
  readonly asked: string[]
  readonly dirty: boolean[]
}

/** What a page that creates a CronJob starts from. */
export const createInit = (change: Partial<ScheduleEditorInit> = {}): ScheduleEditorInit => ({
  mode: 'create',
  projects: [{ id: 'project-1', name: 'hello-hks', connection: 'local', inCluster: false }],
  functions: [],
  neighbours: [],
  viewerTimeZone: 'Europe/Berlin',
  locale: 'en',
  trusted: true,
  now,
  ...change,
})

/** What a page that edits a CronJob starts from. */
export const editInit = (change: Partial<ScheduleEditorInit> = {}): ScheduleEditorInit =>
  createInit({ mode: 'edit', cronJob: cronJob(), viewerTimeZone: 'Asia/Tokyo', ...change })

/** Plays the host: it previews with the real engine and saves everything unless told otherwise. */
export function scheduleEditorHost(
  init: ScheduleEditorInit,
  change: Partial<HostHandlers> = {},
  applications: Pick<ApplicationPage, 'items' | 'refused'> = { items: [] },
): ScheduleEditorHost {
  const saved: ScheduleEditorSave[] = []
  const asked: string[] = []
  const dirty: boolean[] = []
  const noting =
    <R>(name: string, answer: R) =>
    () => {
      asked.push(name)
      return answer
    }
  return {
    saved,
    asked,
    dirty,
    listeners: { dirty: data => dirty.push(data.dirty) },
    handlers: {
      init: () => init,
      preview: request => {
        const parsed = parseSchedule(request.schedule)
        if (!parsed.ok) throw new HksError('INVALID_SCHEDULE', parsed.error.message)
        const { schedule, timeZone, startingDeadlineSeconds } = request
        const zone = timeZone === undefined ? {} : { timeZone }
        const deadline = startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }
        return {
          sentence: describeSchedule(schedule, zone),
          next: [],
          warnings: lintSchedule(schedule, { from: Date.parse(now), ...zone, ...deadline }),
        }
      },
      save: save => {
        saved.push(save)
        const { projectId, name, schedule, timeZone } = { ...cronJob(), ...save.body }
        return cronJob({ projectId, name, schedule, ...(timeZone == null ? {} : { timeZone }) })
      },
      showManifest: save => {
        asked.push(`showManifest ${JSON.stringify(save)}`)
        return null
      },
      applications: ({ projectId }) => (projectId === 'project-1' ? applications : { items: [] }),
      setSuspended: ({ suspend }) => {
        asked.push(`setSuspended ${suspend}`)
        return cronJob({ suspend })
      },
      pickSecret: noting('pickSecret', 'database/password'),
      manageTrust: noting('manageTrust', null),
      close: noting('close', null),
      ...change,
    },
  }
}
