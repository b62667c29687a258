/** Names the invocation that a call made; on every answer of a function. On a request the id that the call shall have. */
export const invocationIdHeader = 'HKS-Invocation-Id'
/** How a call stands whose answer is fetched: `running`, `succeeded` or `failed`. */
export const invocationOutcomeHeader = 'HKS-Invocation-Outcome'
/** An error code; only on answers that the platform made itself. */
export const errorHeader = 'HKS-Error'
/** The invoke-only token of one function, on its own URL. */
export const functionTokenHeader = 'HKS-Function-Token'
/** The number of the revision that made an answer; only on those of a pod to who has the key below. */
export const revisionHeader = 'HKS-Revision'
/** The key with which a runtime in a pod answers what an exception was (docs/runtime-protocol.md, "In a pod"). */
export const diagnosticKeyHeader = 'HKS-Diagnostic-Key'
