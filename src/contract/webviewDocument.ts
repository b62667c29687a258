/** Id of the data block that holds the translated texts of a page, as JSON `{english: translated}`. */
export const textElementId = 'hks-text'

/** What differs from one page to another. */
export interface WebviewDocument {
  /** `webview.cspSource`. */
  readonly cspSource: string
  /** Fresh and random for each document; letters and digits. */
  readonly nonce: string
  /** Address of the page's bundle. */
  readonly script: string
  /** Addresses of its style sheets, codicons first. */
  readonly styles: readonly string[]
  /** Title of the document, for screen readers. */
  readonly title: string
  /** Language tag of the user's VS Code. */
  readonly locale: string
  /** Translations of the page's English texts: VS Code's `l10n.bundle`, empty in English. */
  readonly texts: Readonly<Record<string, string>>
}

/**
 * The HTML of a page. Its policy allows one script, the extension's own style sheets and fonts, and nothing else:
 * no inline script, no `style=`, no network. The webview toolkit looks for the nonce in a `csp-nonce` meta element.
 */
export function webviewDocument(page: WebviewDocument): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource} 'nonce-${page.nonce}'`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource}`,
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${page.nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
${page.styles.map(style => `<link rel="stylesheet" href="${escapeHtml(style)}">`).join('\n')}
<script type="application/json" id="${textElementId}">${JSON.stringify(page.texts).replaceAll('<', '\\u003c')}</script>
</head>
<body>
<script nonce="${page.nonce}" src="${escapeHtml(page.script)}"></script>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, char => entities[char] ?? char)
