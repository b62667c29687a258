import themesJson from './themes.json' with { type: 'json' }

/** The themes whose variables were read from a webview of VS Code 1.139: Dark Modern, Light Modern, high contrast. */
export type ThemeName = 'dark' | 'light' | 'hcDark' | 'hcLight'

/** Class of the body, kind and the variables that our pages use. */
export const themes: Readonly<
  Record<
    ThemeName,
    { readonly class: string; readonly kind: string; readonly variables: Readonly<Record<string, string>> }
  >
> = themesJson
