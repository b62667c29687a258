// A process to be killed: deploys and calls functions and prints what was acknowledged, one JSON line each.
import { jsonOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

const [folder, projectId, homeId] = process.argv.slice(2)
const rig = await openLocalFunctions({
  folder: folder!,
  homeId: homeId!,
  ...(projectId === 'new' ? {} : { projectId: projectId! }),
})
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
say({ projectId: rig.projectId })

async function work(name: string): Promise<never> {
  for (;;) {
    const number = Math.floor(Math.random() * 1e9)
    say({ name, attempted: number })
    const { id } = await rig.deploy(`export const handler = () => ${number}`, { name })
    say({ name, id, acknowledged: number })
    jsonOf(await rig.call(id))
  }
}
await Promise.all(['a', 'b', 'c'].map(work))
