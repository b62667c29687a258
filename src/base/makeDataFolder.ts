/** What it takes of `node:fs` and `node:path`. */
export interface FolderMaker {
  existsSync(path: string): boolean
  mkdirSync(path: string, options: { readonly mode: number }): unknown
  dirname(path: string): string
}

/**
 * Makes the data folder, and those above it that are missing, for its user alone. One level at a time: Node's own
 * recursive way tries for ever below `/proc`, which a link may lead to. @throws the system's error
 */
export function makeDataFolder(folder: string, maker: FolderMaker): void {
  if (maker.existsSync(folder)) return
  const above = maker.dirname(folder)
  if (above !== folder) makeDataFolder(above, maker)
  try {
    maker.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Clients that start at once all make it.
    if ((error as { readonly code?: unknown }).code !== 'EEXIST' || !maker.existsSync(folder)) throw error
  }
}
