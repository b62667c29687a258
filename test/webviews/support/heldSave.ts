/** A save that a test lets end: `save` is the handler, `asked` resolves when it was called, `refuse` ends it. */
export function heldSave() {
  const answer = Promise.withResolvers<never>()
  const asked = Promise.withResolvers<void>()
  return {
    save: () => {
      asked.resolve()
      return answer.promise
    },
    asked: asked.promise,
    refuse: answer.reject,
  }
}
