import type { Runtime } from './functions.ts'

/**
 * The image in which functions of a language run where their connection names none: the official ones, small; that of Go has
 * certificates and nothing to run but the function.
 */
export const defaultImages: Readonly<Record<Runtime, string>> = {
  python: 'python:3-slim',
  node: 'node:24-slim',
  go: 'gcr.io/distroless/static-debian12:nonroot',
}
