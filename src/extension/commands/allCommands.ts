import { addManifest } from './addManifest.ts'
import { cancelDeployment } from './cancelDeployment.ts'
import type { Command } from './command.ts'
import { copyCurl } from './copyCurl.ts'
import { copyUrl } from './copyUrl.ts'
import { createCronJob } from './createCronJob.ts'
import { deleteCronJob } from './deleteCronJob.ts'
import { deleteFunction } from './deleteFunction.ts'
import { deploy } from './deploy.ts'
import { editSchedule } from './editSchedule.ts'
import { followLogs } from './followLogs.ts'
import { gatewayMenu } from './gatewayMenu.ts'
import { invoke } from './invoke.ts'
import { newFunction } from './newFunction.ts'
import { refresh } from './refresh.ts'
import { relinkProject } from './relinkProject.ts'
import { removeProject } from './removeProject.ts'
import { restartGateway } from './restartGateway.ts'
import { resume } from './resume.ts'
import { runAgain } from './runAgain.ts'
import { runNow } from './runNow.ts'
import { setSecret } from './setSecret.ts'
import { showGatewayLog } from './showGatewayLog.ts'
import { showHistory } from './showHistory.ts'
import { showRunLog } from './showRunLog.ts'
import { stopFollowing } from './stopFollowing.ts'
import { stopGateway } from './stopGateway.ts'
import { stopRun } from './stopRun.ts'
import { suspend } from './suspend.ts'

/** Every command of the extension. */
export const allCommands: readonly Command[] = [
  addManifest,
  cancelDeployment,
  copyCurl,
  copyUrl,
  createCronJob,
  deleteCronJob,
  deleteFunction,
  deploy,
  editSchedule,
  followLogs,
  gatewayMenu,
  invoke,
  newFunction,
  refresh,
  relinkProject,
  removeProject,
  restartGateway,
  resume,
  runAgain,
  runNow,
  setSecret,
  showGatewayLog,
  showHistory,
  showRunLog,
  stopFollowing,
  stopGateway,
  stopRun,
  suspend,
]
