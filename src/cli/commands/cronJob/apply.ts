import type { Command } from 'commander'
import type { CronJob } from '../../../contract/cronJobs.ts'
import { HksError, invalidField } from '../../../contract/errors.ts'
import { localConnection } from '../../../contract/localConnection.ts'
import type { Project } from '../../../contract/projects.ts'
import { type ManifestCronJob, parseManifest } from '../../../scaffold/cronJobManifest.ts'
import { manifestUpdate } from '../../../scaffold/manifestUpdate.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { changeOf, changeText, type ManifestChange } from '../../manifestChange.ts'
import { gathered } from '../../optionValues.ts'
import { openProject } from '../../project.ts'
import { cronJobsOf } from '../../resources.ts'
import { applyToCluster } from './applyToCluster.ts'
import { inManifest, noCronJob, type ManifestText, readManifestTexts } from './manifestText.ts'

/** `cronjob apply`, and `apply`: creates or changes CronJobs so that they are as their manifests say. */
export function addApply(parent: Command, run: Run): void {
  const prefix = parent.name() === 'cronjob' ? 'hks-func cronjob apply' : 'hks-func apply'
  parent
    .command('apply')
    .description('create or change CronJobs so that they are as their batch/v1 manifests say')
    .requiredOption('-f, --file <file>', 'manifest, - for standard input; repeatable', gathered)
    .option('--dry-run', 'change nothing; say what would be done, checked by the cluster')
    .option('--force-conflicts', 'on a cluster: take over fields that others have set to something else')
    .addHelpText(
      'after',
      examples(
        `${prefix} -f cronjobs/nightly.yaml -f cronjobs/hourly.yaml`,
        `${prefix} -f cronjobs/nightly.yaml --dry-run`,
        `kubectl get cronjob nightly -o yaml | ${prefix} -f -`,
      ),
    )
    .action((options: ApplyOptions, command: Command) => run(command, context => apply(context, options)))
}

interface ApplyOptions {
  readonly file: readonly string[]
  readonly dryRun?: boolean
  readonly forceConflicts?: boolean
}

async function apply(context: Context, options: ApplyOptions): Promise<void> {
  const texts = await readManifestTexts(context, options.file)
  const project = await openProject(context)
  if (project.connection !== localConnection) return applyToCluster(context, project, texts, options)
  if (options.forceConflicts)
    throw invalidField('--force-conflicts', true, 'is for clusters; on local nobody else sets fields.')
  return applyLocally(context, project, texts, options)
}

interface Placed extends ManifestCronJob {
  readonly file: string
}

interface Applied extends ManifestChange {
  readonly name: string
  /** Absent where a dry run would create it. */
  readonly cronJob?: CronJob
  readonly warnings: readonly string[]
}

/** On this machine only the fields count that its CronJobs have; the others are said. */
async function applyLocally(
  context: Context,
  project: Project,
  texts: readonly ManifestText[],
  { dryRun = false }: ApplyOptions,
): Promise<void> {
  // All are parsed before the first change: a fault in one leaves everything as it is.
  const manifests = parseAll(context, texts)
  const existing = await cronJobsOf(context, project.id)
  const items: Applied[] = []
  for (const manifest of manifests) {
    const present = existing.find(job => job.name === manifest.create.name)
    const act = dryRun ? wouldApply : applyOne
    const applied = await inItsManifest(manifest, () => act(context, project.id, manifest, present))
    items.push({ ...applied, name: manifest.create.name, warnings: manifest.warnings })
  }
  context.out.result({ items, ...(dryRun ? { dryRun } : {}) }, () =>
    items.map(item => changeText(item.name, item, dryRun)).join('\n'),
  )
}

type Done = Omit<Applied, 'name' | 'warnings'>

async function wouldApply(
  context: Context,
  projectId: string,
  { create }: Placed,
  present: CronJob | undefined,
): Promise<Done> {
  const client = await context.client()
  const { signal } = context
  if (!present) return changeOf(await client.call('previewCronJob', { body: { projectId, ...create }, signal }))
  const body = manifestUpdate(create, present)
  if (!body) return { action: 'unchanged', cronJob: present }
  const preview = await client.call('previewCronJobUpdate', { params: { id: present.id }, body, signal })
  return { ...changeOf(preview), cronJob: present }
}

function parseAll(context: Context, texts: readonly ManifestText[]): readonly Placed[] {
  const manifests: Placed[] = []
  for (const { file, text } of texts) {
    const { cronJobs, others } = parseManifest(text, file)
    for (const kind of others) context.out.say(`${file}: ${kind} is left alone; only CronJobs are applied.`)
    for (const manifest of cronJobs) {
      for (const warning of manifest.warnings) context.out.say(`${file}:${manifest.line}: ${warning}`)
      manifests.push({ ...manifest, file })
    }
  }
  if (manifests.length === 0) {
    throw noCronJob(texts)
  }
  return manifests
}

async function applyOne(
  context: Context,
  projectId: string,
  { create }: Placed,
  present: CronJob | undefined,
): Promise<Done> {
  const client = await context.client()
  const { signal } = context
  if (!present) {
    const cronJob = await client.call('createCronJob', { body: { projectId, ...create }, signal })
    return { action: 'created', cronJob }
  }
  const body = manifestUpdate(create, present)
  if (!body) return { action: 'unchanged', cronJob: present }
  const cronJob = await client.call('updateCronJob', { params: { id: present.id }, body, signal })
  return { action: 'changed', cronJob }
}

async function inItsManifest<T>({ file, line }: Placed, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof HksError ? inManifest(error, file, line) : error
  }
}
