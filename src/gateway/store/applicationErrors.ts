import { notFound } from '../../contract/errors.ts'
import { nameTaken } from '../domain/nameTaken.ts'

/** What a broken constraint of `applications` means to a user. */
export const applicationErrors = (
  what: string,
  application: { readonly projectId: string; readonly name: string },
) => ({
  unique: () => nameTaken(application.name, what),
  foreignKey: () => notFound('project', application.projectId),
})
