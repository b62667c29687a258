import { type Command, Option } from 'commander'
import type { CronJobPreview } from '../contract/cronJobs.ts'
import { invalidField } from '../contract/errors.ts'
import { writeYaml } from '../scaffold/writeManifest.ts'
import type { Context } from './context.ts'

/** Options of a command that can show what it would do. */
export interface DryRunOptions {
  readonly dryRun?: boolean
  readonly output?: 'yaml' | 'json'
}

/** Adds them. */
export const addDryRunOptions = (command: Command): Command =>
  command
    .option('--dry-run', 'change nothing; show the manifest as it would be, checked by the cluster')
    .addOption(new Option('-o, --output <format>', 'of --dry-run (default: yaml)').choices(['yaml', 'json']))

/** Refuses a format without anything to write. @throws HksError INVALID_REQUEST */
export function checkDryRun({ dryRun, output }: DryRunOptions): void {
  if (output !== undefined && !dryRun) throw invalidField('--output', output, 'is the format of --dry-run.')
}

/** Writes the manifest; with `--json` all that the gateway answered. */
export function showPreview({ out }: Context, preview: CronJobPreview, { output = 'yaml' }: DryRunOptions): void {
  const { manifest } = preview
  out.result(preview, () => (output === 'yaml' ? writeYaml(manifest).trimEnd() : JSON.stringify(manifest, null, 2)))
}
