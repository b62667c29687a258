import { type Command, Option } from 'commander'
import type { CronJobPreview } from '../contract/cronJobs.ts'
import { invalidField } from '../contract/errors.ts'
import { writeYaml } from '../scaffold/writeManifest.ts'
import type { Context } from './context.ts'
import { changeOf, changeText } from './manifestChange.ts'

/** Options of a command that can show what it would do. */
export interface DryRunOptions {
  readonly dryRun?: boolean
  readonly output?: 'yaml' | 'json'
}

/** Adds them: of something new the manifest is shown, else the fields that would change. */
export const addDryRunOptions = (command: Command, { isNew }: { readonly isNew: boolean }): Command =>
  command
    .option(
      '--dry-run',
      `change nothing; show ${isNew ? 'the manifest as it would be' : 'the fields that would change'}, checked by the cluster`,
    )
    .addOption(
      new Option(
        '-o, --output <format>',
        isNew ? 'of --dry-run (default: yaml)' : 'with --dry-run: show the whole manifest',
      ).choices(['yaml', 'json']),
    )

/** Refuses a format without anything to write. @throws HksError INVALID_REQUEST */
export function checkDryRun({ dryRun, output }: DryRunOptions): void {
  if (output !== undefined && !dryRun) throw invalidField('--output', output, 'is the format of --dry-run.')
}

/** Writes what a preview leads to; with `--json` all that the gateway answered. */
export function showPreview({ out }: Context, name: string, preview: CronJobPreview, { output }: DryRunOptions): void {
  const { manifest, present } = preview
  out.result(preview, () => {
    if (output === 'json') return JSON.stringify(manifest, null, 2)
    if (output === 'yaml' || present === undefined) return writeYaml(manifest).trimEnd()
    return changeText(name, changeOf(preview), true)
  })
}
