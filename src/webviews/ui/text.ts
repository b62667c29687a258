import { textElementId } from '../../contract/webviewDocument.ts'

/** The host puts the translations of the user's language into the document; without any the English text is shown. */
const texts = readTexts()

/**
 * A text in the user's language with `{0}`, `{1}` … replaced. Called with the English text, which is the key of the
 * translation, as with VS Code's `l10n.t`.
 */
export function t(english: string, ...values: readonly (string | number)[]): string {
  return (texts[english] ?? english).replace(/\{(\d+)\}/g, (hole, index: string) =>
    String(values[Number(index)] ?? hole),
  )
}

function readTexts(): Readonly<Record<string, string>> {
  // The models of the pages are tested where there is no document.
  const block = typeof document === 'undefined' ? null : document.getElementById(textElementId)
  return block?.textContent ? (JSON.parse(block.textContent) as Record<string, string>) : {}
}
