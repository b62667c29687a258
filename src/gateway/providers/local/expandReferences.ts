/**
 * Puts the values of variables into an argument as Kubernetes does: `$(NAME)` becomes its value, `$$` a single `$` that
 * begins no reference, and an unknown name stays as it is (k8s.io/kubernetes/third_party/forked/golang/expansion).
 */
export function expandReferences(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (reference: string, name: string | undefined) => {
    if (name === undefined) return '$'
    return Object.hasOwn(values, name) ? values[name]! : reference
  })
}
