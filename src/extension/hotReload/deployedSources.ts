import type { Memento } from 'vscode'
import type { SourcePlace } from '../../scaffold/sourcePlace.ts'
import { memory } from '../contributions.ts'

/** Where functions were last deployed from in this workspace. A gateway knows what was deployed, not from where. */
export interface DeployedSources {
  placeOf(functionId: string): SourcePlace | undefined
  remember(functionId: string, place: SourcePlace): Promise<void>
}

/** Keeps them in the workspace's memory. */
export const createDeployedSources = (memento: Memento): DeployedSources => ({
  placeOf: id => memento.get<SourcePlace>(memory.deployedSource + id),
  remember: async (id, { kind, path }) => memento.update(memory.deployedSource + id, { kind, path }),
})
