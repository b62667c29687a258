import { type Disposable, type Event, EventEmitter, type Memento } from 'vscode'
import type { Project } from '../../contract/projects.ts'
import { memory } from '../contributions.ts'
import type { Resources } from '../model/resources.ts'

/** The project that commands of this window mean which name none; none chosen: that of the open folder. */
export interface ChosenProject extends Disposable {
  readonly id: string | undefined
  /** What it is, where it is still there. */
  readonly project: Project | undefined
  readonly onDidChange: Event<void>
  choose(id: string | undefined): Promise<void>
}

/** Keeps the choice in the workspace's memory. */
export function createChosenProject(memento: Memento, resources: () => Resources): ChosenProject {
  const changed = new EventEmitter<void>()
  const chosen = (): string | undefined => memento.get<string>(memory.chosenProject)
  return {
    get id() {
      return chosen()
    },
    get project() {
      return resources().projects.get(chosen() ?? '')
    },
    onDidChange: changed.event,
    choose: async id => {
      await memento.update(memory.chosenProject, id)
      changed.fire()
    },
    dispose: () => changed.dispose(),
  }
}
