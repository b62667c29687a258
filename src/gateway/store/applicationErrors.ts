import { HksError, notFound } from '../../contract/errors.ts'

/** What a broken constraint of `applications` means to a user. */
export const applicationErrors = (
  what: string,
  application: { readonly projectId: string; readonly name: string },
) => ({
  unique: () =>
    new HksError('CONFLICT', `The project has a ${what} named "${application.name}" already.`, {
      details: { field: 'name', value: application.name },
      hint: 'Choose another name, or change the one that exists.',
    }),
  foreignKey: () => notFound('project', application.projectId),
})
