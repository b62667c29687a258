import type { ExtensionContext, LogOutputChannel } from 'vscode'
import type { ChosenProject } from '../gatewayProcess/chosenProject.ts'
import type { GatewayControl } from '../gatewayProcess/gatewayControl.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import type { OpenProjects } from '../gatewayProcess/openProjects.ts'
import type { DeployedSources } from '../hotReload/deployedSources.ts'
import type { HotReloads } from '../hotReload/hotReloads.ts'
import type { LogChannels } from '../logs/logChannels.ts'
import type { Panels } from '../panels/panels.ts'
import type { AnswerDocuments } from '../views/answerDocuments.ts'
import type { Faults } from '../views/faults.ts'
import type { GatewayManifests } from '../views/gatewayManifests.ts'
import type { CommandName } from '../contributions.ts'

/** What commands work with; made once, in `extension.ts`. */
export interface Services {
  readonly context: ExtensionContext
  readonly session: GatewaySession
  readonly gateway: GatewayControl
  readonly openProjects: OpenProjects
  readonly chosenProject: ChosenProject
  readonly logs: LogChannels
  readonly panels: Panels
  readonly answers: AnswerDocuments
  readonly faults: Faults
  readonly gatewayManifests: GatewayManifests
  readonly hotReloads: HotReloads
  readonly deployedSources: DeployedSources
  /** What went wrong in this window, with causes. */
  readonly log: LogOutputChannel
}

/** One command. Whatever `run` throws is shown to the user with next steps. */
export interface Command {
  readonly name: CommandName
  /** Refused with an explanation in a workspace that is not trusted: it would run or read code of it. */
  readonly needsTrust?: true
  /**
   * `argument` is what the caller passes: a row, a file, an id, or nothing from the palette. `selection` holds all rows that are
   * selected where it was called from a tree.
   */
  readonly run: (services: Services, argument: unknown, selection: readonly unknown[]) => Promise<void>
}
