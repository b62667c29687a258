import { HksError } from '../../../../../contract/errors.ts'
import type { NewLogLine } from '../../../../domain/log.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import { readPodLine } from './podLog.ts'
import { functionContainer } from '../revisions/revisionOutcome.ts'

/** Lines of a container that could not serve. */
const mostLines = 40

/**
 * The last lines that a function's container printed, or the one before it. None where they can not be read: what the
 * container said at its end is known in any case.
 */
export async function readLastLines(
  { client, name, signal }: NamespaceScope,
  pod: string,
  previous: boolean,
): Promise<readonly NewLogLine[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(name)}/pods/${encodeURIComponent(pod)}/log`
  const query = { container: functionContainer, tailLines: mostLines, timestamps: true, previous }
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of await client.stream(path, { query, signal })) chunks.push(chunk)
  } catch (error) {
    if (signal.aborted || !(error instanceof HksError)) throw error
  }
  return Buffer.concat(chunks)
    .toString()
    .split('\n')
    .flatMap(line => readPodLine(line) ?? [])
}
