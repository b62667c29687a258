/** Runs one step of a longer work and says how it went; a failure gets a headline of its own. */
export async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now()
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`
  try {
    const result = await work()
    console.log(`✔ ${name} (${seconds()})`)
    return result
  } catch (cause) {
    throw new StageFailure(name, cause)
  }
}

/** A step that failed; its message is what a person reads. */
export class StageFailure extends Error {
  constructor(name: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`\n${reason}\n\n✘ ${name} failed`, { cause })
  }
}
