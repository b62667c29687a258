/** What a suffix multiplies by (Kubernetes' quantities, without the fractions of a byte). */
const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Reads an amount of memory such as `256Mi`, `1.5Gi` or `300M`, in bytes; `undefined` when it is none. */
export function readMemory(text: string): number | undefined {
  const [, number, suffix] = /^(\d{1,15}(?:\.\d{1,9})?)([kKMGT]|[KMGT]i)?$/.exec(text) ?? []
  if (number === undefined) return undefined
  const bytes = Math.ceil(Number(number) * factors[suffix ?? '']!)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Writes an amount in the largest binary unit that leaves a whole number, such as `256Mi`. */
export function memoryText(bytes: number): string {
  const unit = ['Ti', 'Gi', 'Mi', 'Ki'].find(suffix => bytes >= factors[suffix]! && bytes % factors[suffix]! === 0)
  return unit === undefined ? String(bytes) : `${bytes / factors[unit]!}${unit}`
}
