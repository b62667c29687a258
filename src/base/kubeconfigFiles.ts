/** The files that a value like that of KUBECONFIG names, separated as on this platform; nothing for an empty one. */
export function kubeconfigFiles(value: string | undefined, separator = ':'): string[] | undefined {
  const files = (value ?? '').split(separator).filter(file => file !== '')
  return files.length > 0 ? files : undefined
}
