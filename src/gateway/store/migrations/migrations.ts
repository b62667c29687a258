import type { Migration } from '../migrate.ts'
import { applicationUids } from './applicationUids.ts'
import { callDetails } from './callDetails.ts'
import { connections } from './connections.ts'
import { initial } from './initial.ts'
import { invocationsByKind } from './invocationsByKind.ts'
import { runChanges } from './runChanges.ts'
import { transientRevisions } from './transientRevisions.ts'
import { watchedPlaces } from './watchedPlaces.ts'

/** Every step from an empty database to the present schema, in order. A step that was released never changes. */
export const migrations: readonly Migration[] = [
  { name: 'initial', up: initial },
  { name: 'call details', up: callDetails },
  { name: 'transient revisions', up: transientRevisions },
  { name: 'invocations by kind', up: invocationsByKind },
  { name: 'watched places', up: watchedPlaces },
  { name: 'connections', up: connections },
  { name: 'run changes', up: runChanges },
  { name: 'application uids', up: applicationUids },
]
