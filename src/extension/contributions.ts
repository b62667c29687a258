/** Ids of all commands. The manifest (`package.json#contributes`) holds exactly these. */
export const commands = {
  createCronJob: 'hks.createCronJob',
  editSchedule: 'hks.editSchedule',
  runNow: 'hks.runNow',
  runWith: 'hks.runWith',
  runAgain: 'hks.runAgain',
  stopRun: 'hks.stopRun',
  suspend: 'hks.suspend',
  resume: 'hks.resume',
  deleteCronJob: 'hks.deleteCronJob',
  addManifest: 'hks.addManifest',
  runManifest: 'hks.runManifest',
  compareManifest: 'hks.compareManifest',
  showHistory: 'hks.showHistory',
  followLogs: 'hks.followLogs',
  showRunLog: 'hks.showRunLog',
  stopFollowing: 'hks.stopFollowing',
  newFunction: 'hks.newFunction',
  deploy: 'hks.deploy',
  startHotReload: 'hks.startHotReload',
  stopHotReload: 'hks.stopHotReload',
  cancelDeployment: 'hks.cancelDeployment',
  invoke: 'hks.invoke',
  invokeAgain: 'hks.invokeAgain',
  replayCall: 'hks.replayCall',
  debugFunction: 'hks.debugFunction',
  showCallLog: 'hks.showCallLog',
  cancelCall: 'hks.cancelCall',
  rollBack: 'hks.rollBack',
  splitTraffic: 'hks.splitTraffic',
  copyUrl: 'hks.copyUrl',
  copyCurl: 'hks.copyCurl',
  deleteFunction: 'hks.deleteFunction',
  setSecret: 'hks.setSecret',
  addConnection: 'hks.addConnection',
  openNamespace: 'hks.openNamespace',
  testConnection: 'hks.testConnection',
  installKnative: 'hks.installKnative',
  uninstallKnative: 'hks.uninstallKnative',
  connectionSettings: 'hks.connectionSettings',
  renameConnection: 'hks.renameConnection',
  makeReadOnly: 'hks.makeReadOnly',
  allowChanges: 'hks.allowChanges',
  removeConnection: 'hks.removeConnection',
  chooseProject: 'hks.chooseProject',
  relinkProject: 'hks.relinkProject',
  removeProject: 'hks.removeProject',
  refresh: 'hks.refresh',
  restartGateway: 'hks.restartGateway',
  stopGateway: 'hks.stopGateway',
  showGatewayLog: 'hks.showGatewayLog',
  gatewayMenu: 'hks.gatewayMenu',
  mendSandbox: 'hks.mendSandbox',
  checkSandbox: 'hks.checkSandbox',
} as const
/** The short name of a command: a key of {@link commands}. */
export type CommandName = keyof typeof commands

/** Id of the container in the activity bar. */
export const viewContainer = 'hks'

/** Ids of the tree views. */
export const views = { cronJobs: 'hks.cronJobs', functions: 'hks.functions', activity: 'hks.activity' } as const

/** Types of the webview panels, by the name of their page; a window that reloads restores panels by them. */
export const panels = {
  scheduleEditor: 'hks.scheduleEditor',
  executionHistory: 'hks.executionHistory',
  functionInvoke: 'hks.functionInvoke',
  connectionSettings: 'hks.connectionSettings',
} as const

/** The type of debug configurations of functions. */
export const debugType = 'hks-function'

/** Ids of the settings. */
export const settings = { keepRunning: 'hks.gateway.keepRunning', codeLens: 'hks.codeLens' } as const

/** Context keys that `when` clauses of the manifest read. */
export const contextKeys = {
  /** `idle`, `starting`, `ready`, `reconnecting`, `stopped` or `error`. */
  gateway: 'hks.gateway',
  /** Whether the editor in front shows a file of a function. */
  functionSource: 'hks.functionSource',
} as const

/** Keys under which the extension remembers something between sessions. */
export const memory = {
  /** What a function was sent last; its project's id and its name are appended. */
  lastPayload: 'hks.payload.last.',
  /** The payloads that are kept for a function, in the same way. */
  savedPayloads: 'hks.payload.saved.',
  /** What a CronJob was last run with; its id is appended. */
  runWith: 'hks.runWith.',
  /** Where a function was last deployed from; its id is appended. */
  deployedSource: 'hks.deployedSource.',
  /** The project that commands mean which name none. */
  chosenProject: 'hks.chosenProject',
  /** The functions that are deployed at each save. */
  hotReload: 'hks.hotReload',
  /** What a restored panel is about, by its title. */
  panel: 'hks.panel.',
  /** The user was told that the gateway stays on. */
  toldKeepRunning: 'hks.toldKeepRunning',
} as const
