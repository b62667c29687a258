import { gzipSync } from 'node:zlib'
import type { Source } from '../../../../domain/function.ts'
import { functionLabels, functionType, labels } from './functionNames.ts'
import { managedBy } from '../../labels.ts'
import { sourceFile } from './podRuntime.ts'
import type { RuntimeProgram } from './runtimeProgram.ts'

/** The most that a ConfigMap may hold (Kubernetes, "ConfigMaps": 1 MiB). */
export const mostBytes = 2 ** 20

/** The label of a ConfigMap with a source. */
export const holdsSource = 'source'
/** The label of a ConfigMap with the program of a language. */
export const holdsRuntime = 'runtime'
/** When a ConfigMap with a program was wanted last, epoch milliseconds. */
export const usedAtAnnotation = 'hexabase.io/used-at'

/** The ConfigMap of a revision's source, which fits in one. */
export function sourceConfigMap(functionId: string, name: string, { tar, digest }: Source) {
  const packed = gzipSync(tar, { level: 9 })
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: { ...functionLabels(functionId), [labels.holds]: holdsSource },
      annotations: { 'hexabase.io/source-digest': digest },
    },
    immutable: true,
    binaryData: { [sourceFile]: packed.toString('base64') },
  }
}

/** The ConfigMap of a language's program, which all functions share that have the same one. */
export const runtimeConfigMap = (program: RuntimeProgram, now: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: program.configMap,
    labels: { [labels.managedBy]: managedBy, [labels.appType]: functionType, [labels.holds]: holdsRuntime },
    annotations: { [usedAtAnnotation]: String(now) },
  },
  immutable: true,
  data: Object.fromEntries(program.files.map(({ key, text }) => [key, text])),
})
