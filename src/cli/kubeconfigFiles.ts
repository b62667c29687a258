import { delimiter } from 'node:path'

/** The files that a value like that of KUBECONFIG names; nothing for an empty one. */
export function kubeconfigFiles(value: string | undefined): string[] | undefined {
  const files = (value ?? '').split(delimiter).filter(file => file !== '')
  return files.length > 0 ? files : undefined
}
