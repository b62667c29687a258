import { basename } from 'node:path'
import type { TextDocument } from 'vscode'
import { functionFile } from '../../scaffold/findFunctionFolder.ts'
import { saysCronJob } from '../../scaffold/saysCronJob.ts'

/** What a document is to us. */
export type FileKind = 'manifest' | 'function'

/** Whether a document is a manifest with a CronJob or a `function.yaml`. Reads no more than its text. */
export function kindOf(document: TextDocument): FileKind | undefined {
  if (document.languageId !== 'yaml') return undefined
  const text = document.getText()
  if (saysCronJob(text)) return 'manifest'
  // Other tools have objects of Kubernetes in files of this name.
  return basename(document.uri.path) === functionFile && !/^apiVersion:/m.test(text) ? 'function' : undefined
}

/** Whether a document is what somebody edits, not an old version of it or a comparison. */
export const isEdited = ({ uri }: TextDocument): boolean => uri.scheme === 'file' || uri.scheme === 'untitled'
