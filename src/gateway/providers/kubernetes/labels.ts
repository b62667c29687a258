/** Labels and annotations on objects of a cluster. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  appId: 'hexabase.io/app-id',
  appType: 'hexabase.io/app-type',
  /** Of pods of a Job, by the Job controller; the newer `batch.kubernetes.io/job-name` says the same. */
  jobName: 'job-name',
} as const

/** What {@link labels}.managedBy says of our objects. */
export const managedBy = 'hexabase'

/** Annotations that are read or written. */
export const annotations = {
  /** The project for which an object got its id: a copy in another namespace is another application. */
  projectId: 'hexabase.io/project-id',
  /** The name of the object that got the id: a copy in the same namespace has another one. */
  name: 'hexabase.io/name',
  /** The function that a CronJob calls. */
  functionId: 'hexabase.io/function-id',
  /** The application whose container a CronJob was made of. */
  templateAppId: 'hexabase.io/template-app-id',
  /** The run that a user wanted again. */
  retryOf: 'hexabase.io/retry-of',
  /** What a run by hand has instead of what its CronJob says, as JSON. */
  runChanges: 'hexabase.io/run-changes',
  /** As `kubectl create job --from` marks a Job. */
  instantiate: 'cronjob.kubernetes.io/instantiate',
  /** The nominal time of a Job, since Kubernetes 1.32. */
  scheduledTimestamp: 'batch.kubernetes.io/cronjob-scheduled-timestamp',
  defaultContainer: 'kubectl.kubernetes.io/default-container',
} as const
