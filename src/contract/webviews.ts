import type { ApplicationPage } from './applications.ts'
import type { CronJob, CronJobCreate, CronJobUpdate } from './cronJobs.ts'
import type { ExecutionSummary, TriggerRequest } from './executions.ts'
import type { Ledger, LedgerQuery } from './ledger.ts'
import { type ErrorCode, errorCodes, HksError } from './errors.ts'
import type { ConnectionSettingsProtocol } from './connectionSettings.ts'
import type { FunctionInvokeProtocol } from './functionInvoke.ts'
import type { LogLine, LogPage } from './logs.ts'
import type { SchedulePreview, SchedulePreviewRequest } from './schedules.ts'
import type { Call, CommonEvents, Nothing, Viewer } from './webviewCalls.ts'

/** An error as it travels between a page and its host. */
export interface WebviewError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Puts any error into the form that travels. A foreign error becomes `INTERNAL` with its message. */
export function toWebviewError(error: unknown): WebviewError {
  if (!(error instanceof HksError)) {
    return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
  }
  const { code, message, hint, details } = error
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) }
}

/** The error that {@link toWebviewError} was given, without its stack and cause. */
export function fromWebviewError(error: Omit<WebviewError, 'code'> & { readonly code: string }): HksError {
  const { code, message, hint, details } = error
  return new HksError(errorCodes.find(known => known === code) ?? 'INTERNAL', message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  })
}

/** A project as the create form offers it. */
export interface ProjectChoice {
  readonly id: string
  readonly name: string
  /** Name of its connection, such as `local`. */
  readonly connection: string
  /** What it runs, it runs in containers. */
  readonly inCluster: boolean
}

/** A function that a CronJob can call. */
export interface FunctionChoice {
  readonly id: string
  readonly name: string
  readonly projectId: string
}

/** Another CronJob of the same connection: enough to see that many run at one minute. */
export interface NeighbourSchedule {
  readonly name: string
  readonly schedule: string
  readonly timeZone?: string
}

/** What the schedule editor starts from. */
export interface ScheduleEditorInit extends Viewer {
  readonly mode: 'create' | 'edit'
  /** Where a new CronJob may live; in `edit` the one project of the job. */
  readonly projects: readonly ProjectChoice[]
  /** The project chosen at first, in `create`. */
  readonly projectId?: string
  /** The job to edit, in `edit`. */
  readonly cronJob?: CronJob
  /** Functions that can be called instead of a command; empty when there are none. */
  readonly functions: readonly FunctionChoice[]
  readonly neighbours: readonly NeighbourSchedule[]
  /** Median duration of the job's runs in milliseconds, when it is known. */
  readonly usualMilliseconds?: number
}

/** What Save sends: a whole new CronJob or the fields of an existing one that changed. */
export type ScheduleEditorSave =
  | { readonly mode: 'create'; readonly body: CronJobCreate }
  | { readonly mode: 'edit'; readonly body: CronJobUpdate }

/** The schedule editor, also the form that creates a CronJob. */
export interface ScheduleEditorProtocol {
  /** What the extension host answers and hears. */
  readonly host: {
    readonly requests: {
      /** The page's first request, also after a reload. */
      readonly init: Call<Nothing, ScheduleEditorInit>
      /** The gateway's own word on a schedule. */
      readonly preview: Call<SchedulePreviewRequest, SchedulePreview>
      /** Saves; an error with `details.field` is shown at that field. The host closes the panel or keeps it open. */
      readonly save: Call<ScheduleEditorSave, CronJob>
      /** Shows as a manifest what Save would make, beside what there is. It is refused as Save would be. */
      readonly showManifest: Call<ScheduleEditorSave, Nothing>
      /** What a new CronJob of a project can copy, and of which kinds nobody may see what there is. */
      readonly applications: Call<{ readonly projectId: string }, Pick<ApplicationPage, 'items' | 'refused'>>
      /** Suspends or resumes the edited job at once; resuming asks about missed runs. `null`: the user thought better. */
      readonly setSuspended: Call<{ readonly suspend: boolean }, CronJob | null>
      /** Lets the user choose or add a secret of a project. The answer is `SECRET/KEY`; `null` when nothing was chosen. */
      readonly pickSecret: Call<{ readonly projectId: string }, string | null>
      /** Opens VS Code's own Workspace Trust editor. */
      readonly manageTrust: Call<Nothing, Nothing>
      /** Closes the panel; the page has already asked about unsaved changes. */
      readonly close: Call<Nothing, Nothing>
    }
    readonly events: {
      /** Unsaved changes appeared or went away; the host marks the panel's title. */
      readonly dirty: { readonly dirty: boolean }
    }
  }
  /** What the page hears. */
  readonly page: {
    readonly requests: Record<never, never>
    readonly events: CommonEvents & {
      /** The edited job changed, here or elsewhere. */
      readonly cronJob: { readonly cronJob: CronJob }
      /** The edited job was deleted. */
      readonly deleted: { readonly id: string }
    }
  }
}

/** What the execution history starts from. */
export interface ExecutionHistoryInit extends Viewer {
  readonly cronJob: CronJob
  /** The run to show; given once, what the user selects afterwards is the page's. */
  readonly executionId?: string
}

/** The execution history of one CronJob. */
export interface ExecutionHistoryProtocol {
  /** What the extension host answers and hears. */
  readonly host: {
    readonly requests: {
      /** The page's first request, also after a reload. */
      readonly init: Call<Nothing, ExecutionHistoryInit>
      /** A page of the ledger. */
      readonly ledger: Call<LedgerQuery, Ledger>
      /** Lines of one run, oldest first: the `tail` last ones or those after a sequence number. */
      readonly log: Call<
        {
          readonly executionId: string
          readonly after?: number
          readonly tail?: number
          readonly before?: number
          readonly limit?: number
        },
        LogPage
      >
      /**
       * Follows one run's log from a sequence number. Lines come as `logLines` events that carry the same `followId`,
       * which the page chooses. A second call ends the first.
       */
      readonly followLog: Call<
        { readonly followId: number; readonly executionId: string; readonly after?: number },
        Nothing
      >
      /** Ends the following, if any. */
      readonly unfollowLog: Call<Nothing, Nothing>
      /** Starts a run by hand; `retryOf` names the run that the user wants again. */
      readonly trigger: Call<TriggerRequest, ExecutionSummary>
      /** Ends a run. `null`: the user thought better. */
      readonly stopRun: Call<{ readonly executionId: string }, ExecutionSummary | null>
      /** Shows the CronJob's output channel. */
      readonly openInOutput: Call<{ readonly executionId?: string }, Nothing>
      /** Puts text on the clipboard of the user's machine. */
      readonly copy: Call<{ readonly text: string }, Nothing>
      /** Opens the schedule editor of this job. */
      readonly editSchedule: Call<Nothing, Nothing>
      /** Opens VS Code's own Workspace Trust editor. */
      readonly manageTrust: Call<Nothing, Nothing>
    }
    readonly events: Record<never, never>
  }
  /** What the page hears. */
  readonly page: {
    readonly requests: Record<never, never>
    readonly events: CommonEvents & {
      /** A run of this job is new or changed. */
      readonly execution: { readonly execution: ExecutionSummary }
      /** The job changed. */
      readonly cronJob: { readonly cronJob: CronJob }
      /** The job was deleted; its history can still be read. */
      readonly deleted: { readonly id: string }
      /** Lines of a followed log, in order; `end` says why no more will come. */
      readonly logLines: { readonly followId: number; readonly lines: readonly LogLine[]; readonly end?: string }
      /** Selects another run, such as one chosen in the tree. */
      readonly select: { readonly executionId: string }
    }
  }
}

/** Every page by the name of its folder and of its bundle. */
export interface WebviewProtocols {
  readonly scheduleEditor: ScheduleEditorProtocol
  readonly executionHistory: ExecutionHistoryProtocol
  readonly functionInvoke: FunctionInvokeProtocol
  readonly connectionSettings: ConnectionSettingsProtocol
}

/** The name of a page. */
export type WebviewName = keyof WebviewProtocols
