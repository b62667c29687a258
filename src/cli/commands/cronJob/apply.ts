import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CronJob } from '../../../contract/cronJobs.ts'
import { HksError } from '../../../contract/errors.ts'
import { type ManifestCronJob, parseManifest } from '../../../scaffold/cronJobManifest.ts'
import { manifestUpdate } from '../../../scaffold/manifestUpdate.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { gathered } from '../../optionValues.ts'
import { openProject } from '../../project.ts'
import { readAll } from '../../readAll.ts'
import { cronJobsOf } from '../../resources.ts'

/** `cronjob apply`: creates or changes CronJobs so that they are as their manifests say. */
export function addApply(cronJob: Command, run: Run): void {
  cronJob
    .command('apply')
    .description('create or change CronJobs so that they are as their batch/v1 manifests say')
    .requiredOption('-f, --file <file>', 'manifest, - for standard input; repeatable', gathered)
    .addHelpText(
      'after',
      examples(
        'hks-func cronjob apply -f cronjobs/nightly.yaml -f cronjobs/hourly.yaml',
        'kubectl get cronjob nightly -o yaml | hks-func cronjob apply -f -',
      ),
    )
    .action((options: { readonly file: readonly string[] }, command: Command) =>
      run(command, context => apply(context, options.file)),
    )
}

interface Placed extends ManifestCronJob {
  readonly file: string
}

interface Applied {
  readonly action: 'created' | 'changed' | 'unchanged'
  readonly cronJob: CronJob
  readonly warnings: readonly string[]
}

async function apply(context: Context, files: readonly string[]): Promise<void> {
  // All files are read before the first change: a fault in one leaves everything as it is.
  const manifests = await readManifests(context, files)
  const project = await openProject(context)
  const existing = await cronJobsOf(context, project.id)
  const items: Applied[] = []
  for (const manifest of manifests) {
    const present = existing.find(job => job.name === manifest.create.name)
    const { action, cronJob } = await applyOne(context, project.id, manifest, present)
    items.push({ action, cronJob, warnings: manifest.warnings })
  }
  context.out.result({ items }, () => items.map(({ action, cronJob }) => `${cronJob.name} ${action}`).join('\n'))
}

async function readManifests(context: Context, files: readonly string[]): Promise<readonly Placed[]> {
  const manifests: Placed[] = []
  for (const file of files) {
    const { cronJobs, others } = parseManifest(await read(context, file), file)
    for (const kind of others) context.out.say(`${file}: ${kind} is left alone; only CronJobs are applied.`)
    for (const manifest of cronJobs) {
      for (const warning of manifest.warnings) context.out.say(`${file}:${manifest.line}: ${warning}`)
      manifests.push({ ...manifest, file })
    }
  }
  if (manifests.length === 0) {
    throw new HksError('INVALID_REQUEST', `--file: no CronJob is in ${files.join(', ')}.`)
  }
  return manifests
}

async function applyOne(
  context: Context,
  projectId: string,
  { create, file, line }: Placed,
  present: CronJob | undefined,
): Promise<Omit<Applied, 'warnings'>> {
  const client = await context.client()
  const { signal } = context
  try {
    if (!present) {
      const cronJob = await client.call('createCronJob', { body: { projectId, ...create }, signal })
      return { action: 'created', cronJob }
    }
    const body = manifestUpdate(create, present)
    if (!body) return { action: 'unchanged', cronJob: present }
    const cronJob = await client.call('updateCronJob', { params: { id: present.id }, body, signal })
    return { action: 'changed', cronJob }
  } catch (error) {
    throw error instanceof HksError ? inManifest(error, file, line) : error
  }
}

/** The same error with the place in the manifest. */
const inManifest = (error: HksError, file: string, line: number): HksError =>
  new HksError(error.code, `${file}:${line}: ${error.message}`, {
    details: { ...error.details, file, line },
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })

async function read({ cwd, stdin, signal }: Context, file: string): Promise<string> {
  if (file === '-') return (await readAll(stdin, signal)).toString()
  return readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `--file: ${file} cannot be read.`, { cause })
  })
}
