/** One line of the audit log: who changed what, when, and how it ended. */
export interface AuditRecord {
  readonly at: number
  readonly subject: string
  readonly kind: string
  readonly action: string
  readonly resource: string
  readonly result: string
}

/** Where audit rows go. */
export interface AuditStore {
  write(record: AuditRecord): Promise<void>
}
