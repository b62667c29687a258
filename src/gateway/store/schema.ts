import type { Selectable } from 'kysely'
import type { ConnectionKind } from '../../contract/connections.ts'
import type { ConcurrencyPolicy } from '../../contract/cronJobs.ts'
import type { ExecutionPhase, ExecutionStatus, Trigger } from '../../contract/executions.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { FunctionStatus } from '../../contract/functions.ts'
import type { SkipReason } from '../domain/cronJob.ts'
import type { InvocationRecord, RevisionRecord } from '../domain/function.ts'

/** `projects`: workspace folders and namespaces. Instants of all tables are epoch milliseconds, `json` columns JSON text. */
interface ProjectsTable {
  id: string
  name: string
  connection: string
  path: string | null
  created_at: number
}

/** `connections`: clusters. */
interface ConnectionsTable {
  id: string
  kind: ConnectionKind
  name: string
  /** json: what the columns do not hold */
  spec: string
  created_at: number
}

/** `applications`: CronJobs, functions and named commands. */
interface ApplicationsTable {
  id: string
  type: 'stateless' | 'cronjob' | 'function'
  project_id: string
  name: string
  cron_schedule: string | null
  /** json; null when the CronJob calls a function */
  cron_command: string | null
  /** json */
  cron_args: string | null
  template_app_id: string | null
  last_execution_at: number | null
  next_execution_at: number | null
  /** The latest nominal time that the controller handled. */
  last_nominal_at: number | null
  /** Of a function. */
  status: FunctionStatus | null
  reason: string | null
  /** Number of a function's serving revision. */
  serving: number | null
  /** json: what the columns above do not hold */
  spec: string
  created_at: number
  updated_at: number
}

/** `cronjob_executions`: runs. */
interface ExecutionsTable {
  id: string
  application_id: string
  job_name: string
  scheduled_at: number | null
  started_at: number
  completed_at: number | null
  status: ExecutionStatus
  phase: ExecutionPhase
  reason: string | null
  cause: string | null
  exit_code: number | null
  trigger: Trigger
  retry_of: string | null
  /** json */
  changes: string | null
  /** json */
  attempts: string
  created_at: number
}

/** `decisions`: occurrences that were passed over. */
interface DecisionsTable {
  application_id: string
  scheduled_at: number
  reason: SkipReason
  decided_at: number
}

/** `schedule_periods`: the history of schedules. */
interface SchedulePeriodsTable {
  application_id: string
  schedule: string
  time_zone: string | null
  suspend: number
  concurrency_policy: ConcurrencyPolicy
  starting_deadline_seconds: number | null
  anchor: number
  valid_from: number
  valid_to: number | null
}

/** `ledger_applications`: to which project an application of a cluster belongs. */
interface LedgerApplicationsTable {
  application_id: string
  project_id: string
  /** Of the object of a CronJob, which keeps its id by that. */
  uid: string | null
}

/** `watch_spans`: when a gateway was watching a connection, or a project in it. */
interface WatchSpansTable {
  boot_id: string
  place: string
  started_at: number
  ended_at: number
}

/** `revisions`: deployments of functions. */
interface RevisionsTable {
  id: string
  function_id: string
  number: number
  /** json */
  spec: string
  source_digest: string
  status: RevisionRecord['status']
  reason: string | null
  created_at: number
  /** 0 or 1 */
  transient: number
}

/** `invocations`: calls of functions. */
interface InvocationsTable {
  id: string
  function_id: string
  revision: number
  started_at: number
  completed_at: number | null
  outcome: InvocationRecord['outcome']
  status_code: number | null
  code: ErrorCode | null
  message: string | null
  source: InvocationRecord['source']
  cold_start: number
  request_bytes: number
  response_bytes: number | null
  queue_ms: number
  /** Empty where no code has run. */
  sandbox: string
  is_async: number
}

/** `invocation_requests`: what the last calls were sent. */
interface InvocationRequestsTable {
  invocation_id: string
  function_id: string
  at: number
  /** json */
  headers: string
  body: Uint8Array
  masked: number
}

/** `invocation_results`: answers that nobody waited for. */
interface InvocationResultsTable {
  invocation_id: string
  function_id: string
  at: number
  expires_at: number
  status_code: number
  /** json */
  headers: string
  /** null when it was too large */
  body: Uint8Array | null
  bytes: number
}

/** `audit`: who changed what, when, with what result. */
interface AuditTable {
  id: string
  at: number
  subject: string
  kind: string
  action: string
  resource: string
  result: string
}

/** `settings`: small values of the gateway itself. */
interface SettingsTable {
  key: string
  value: string
}

/** Every table by its name. */
export interface Schema {
  projects: ProjectsTable
  connections: ConnectionsTable
  applications: ApplicationsTable
  cronjob_executions: ExecutionsTable
  decisions: DecisionsTable
  schedule_periods: SchedulePeriodsTable
  ledger_applications: LedgerApplicationsTable
  watch_spans: WatchSpansTable
  revisions: RevisionsTable
  invocations: InvocationsTable
  invocation_requests: InvocationRequestsTable
  invocation_results: InvocationResultsTable
  audit: AuditTable
  settings: SettingsTable
}

/** A row as it is read. */
export type Row<T extends keyof Schema> = Selectable<Schema[T]>
