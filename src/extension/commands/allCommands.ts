import type { CommandName } from '../contributions.ts'
import type { Command } from './command.ts'

/** Every command of the extension, loaded when it is first run: an activation must not pay for them. */
export const allCommands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  addManifest: async () => (await import('./addManifest.ts')).addManifest,
  cancelDeployment: async () => (await import('./cancelDeployment.ts')).cancelDeployment,
  copyCurl: async () => (await import('./copyCurl.ts')).copyCurl,
  copyUrl: async () => (await import('./copyUrl.ts')).copyUrl,
  createCronJob: async () => (await import('./createCronJob.ts')).createCronJob,
  deleteCronJob: async () => (await import('./deleteCronJob.ts')).deleteCronJob,
  deleteFunction: async () => (await import('./deleteFunction.ts')).deleteFunction,
  deploy: async () => (await import('./deploy.ts')).deploy,
  editSchedule: async () => (await import('./editSchedule.ts')).editSchedule,
  followLogs: async () => (await import('./followLogs.ts')).followLogs,
  gatewayMenu: async () => (await import('./gatewayMenu.ts')).gatewayMenu,
  invoke: async () => (await import('./invoke.ts')).invoke,
  newFunction: async () => (await import('./newFunction.ts')).newFunction,
  refresh: async () => (await import('./refresh.ts')).refresh,
  relinkProject: async () => (await import('./relinkProject.ts')).relinkProject,
  removeProject: async () => (await import('./removeProject.ts')).removeProject,
  restartGateway: async () => (await import('./restartGateway.ts')).restartGateway,
  resume: async () => (await import('./resume.ts')).resume,
  runAgain: async () => (await import('./runAgain.ts')).runAgain,
  runNow: async () => (await import('./runNow.ts')).runNow,
  setSecret: async () => (await import('./setSecret.ts')).setSecret,
  showGatewayLog: async () => (await import('./showGatewayLog.ts')).showGatewayLog,
  showHistory: async () => (await import('./showHistory.ts')).showHistory,
  showRunLog: async () => (await import('./showRunLog.ts')).showRunLog,
  stopFollowing: async () => (await import('./stopFollowing.ts')).stopFollowing,
  stopGateway: async () => (await import('./stopGateway.ts')).stopGateway,
  stopRun: async () => (await import('./stopRun.ts')).stopRun,
  suspend: async () => (await import('./suspend.ts')).suspend,
}
