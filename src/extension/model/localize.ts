/** Translates a text and fills in `{0}`, `{1}` …; in VS Code this is `vscode.l10n.t`. */
export type Localize = (message: string, ...args: (string | number)[]) => string

/** Fills in the arguments without translating. */
export const untranslated: Localize = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole))
