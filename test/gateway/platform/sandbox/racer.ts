/** Starts ten sandboxes as a gateway does, says that it begins, and waits to be killed. */
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { startGuard } from '../../../../src/gateway/platform/sandbox/startGuard.ts'
import { startSandbox } from '../../../../src/gateway/platform/sandbox/startSandbox.ts'
import { sandboxFolder, shellCommand, supportAt, type TestedLevel } from './sandboxLevels.ts'

const [level, scratch, mark] = process.argv.slice(2) as [TestedLevel, string, string]
const support = await supportAt(level, scratch)
if (support.level === 'none') throw new Error('no sandbox')
const supervisor = await findSupervisor(sandboxFolder)
const { marks } = await startGuard(supervisor!, sandboxFolder)
process.stdout.write('starting\n')
await Promise.all(
  Array.from({ length: 10 }, (_, at) =>
    startSandbox(
      support,
      at % 2 === 0
        ? shellCommand(`sleep 600; : ${mark}`, { marks })
        : shellCommand(`read _ <&3; : ${mark}`, { marks, onStarterGone: 'channel' }),
      { stdout: 'pipe', stderr: 'pipe' },
    ),
  ),
)
