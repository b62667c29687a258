import { delimiter, resolve } from 'node:path'
import { kubeconfigFiles } from '../base/kubeconfigFiles.ts'
import type { Context } from './context.ts'

/** The files of `--kubeconfig`, else those of KUBECONFIG, by their absolute paths: the gateway runs in another folder. */
export const namedKubeconfig = (
  { cwd, kubeconfig }: Pick<Context, 'cwd' | 'kubeconfig'>,
  given: string | undefined,
): string[] | undefined => kubeconfigFiles(given ?? kubeconfig, delimiter)?.map(file => resolve(cwd, file))
