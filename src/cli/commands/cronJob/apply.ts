import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CronJob, CronJobCreate } from '../../../contract/cronJobs.ts'
import { HksError } from '../../../contract/errors.ts'
import { type ManifestCronJob, parseManifest } from '../../../scaffold/cronJobManifest.ts'
import { type Context, cronJobsOf, currentProject } from '../../context.ts'
import type { Run } from '../../program.ts'
import { readAll } from '../../readAll.ts'

/** `cronjob apply`: creates or changes CronJobs so that they are as their manifests say. */
export function addApply(cronJob: Command, run: Run): void {
  cronJob
    .command('apply')
    .description('create or change CronJobs from batch/v1 manifests')
    .requiredOption('-f, --file <file>', 'manifest, - for standard input; repeatable', (file, files: string[] = []) => [
      ...files,
      file,
    ])
    .addHelpText('after', '\nExample:\n  $ hks-func cronjob apply -f cronjobs/nightly.yaml -f cronjobs/hourly.yaml')
    .action((options: { readonly file: string[] }, command: Command) =>
      run(command, context => apply(context, options.file)),
    )
}

interface Applied {
  readonly action: 'created' | 'changed' | 'unchanged'
  readonly cronJob: CronJob
}

async function apply(context: Context, files: readonly string[]): Promise<void> {
  // All files are read before the first change: a fault in one leaves everything as it is.
  const manifests: ManifestCronJob[] = []
  for (const file of files) {
    const { cronJobs, others } = parseManifest(await read(context, file), file)
    for (const kind of others) context.out.say(`${file}: ${kind} is left alone; only CronJobs are applied.`)
    for (const manifest of cronJobs) {
      manifest.warnings.forEach(warning => context.out.say(`${file}:${manifest.line}: ${warning}`))
      manifests.push(manifest)
    }
  }
  if (manifests.length === 0) {
    throw new HksError('INVALID_REQUEST', `--file: no CronJob is in ${files.join(', ')}.`)
  }
  const project = await currentProject(context)
  const existing = await cronJobsOf(context, project.id)
  const applied: Applied[] = []
  for (const { create } of manifests) {
    const present = existing.find(job => job.name === create.name)
    applied.push(await applyOne(context, project.id, create, present))
  }
  context.out.result({ items: applied }, () =>
    applied.map(({ action, cronJob }) => `${cronJob.name} ${action}`).join('\n'),
  )
}

async function applyOne(
  context: Context,
  projectId: string,
  create: Omit<CronJobCreate, 'projectId'>,
  present: CronJob | undefined,
): Promise<Applied> {
  const client = await context.client()
  const { signal } = context
  if (!present) {
    return {
      action: 'created',
      cronJob: await client.call('createCronJob', { body: { projectId, ...create }, signal }),
    }
  }
  const { name: _name, templateAppId: _template, functionId: _function, ...fields } = create
  const changed = Object.entries(fields).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(present[field as keyof CronJob]),
  )
  if (!changed) return { action: 'unchanged', cronJob: present }
  const cronJob = await client.call('updateCronJob', {
    params: { id: present.id },
    body: { ...fields, timeZone: fields.timeZone ?? null },
    signal,
  })
  return { action: 'changed', cronJob }
}

async function read(context: Context, file: string): Promise<string> {
  if (file === '-') return (await readAll(context.stdin)).toString()
  return readFile(resolve(context.cwd, file), 'utf8').catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `--file: ${file} cannot be read.`, { cause })
  })
}
