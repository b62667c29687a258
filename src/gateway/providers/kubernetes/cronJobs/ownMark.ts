import { annotations, labels } from '../labels.ts'

/** What an object carries that has an id of ours; `name` is its own. */
export const ownMark = (id: string, projectId: string, name: string) => ({
  labels: { [labels.appId]: id, [labels.appType]: 'cronjob' },
  annotations: { [annotations.projectId]: projectId, [annotations.name]: name },
})
