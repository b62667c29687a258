import { constants } from 'node:os'

/** How a process ended. */
export type ProcessEnd =
  | { readonly exitCode: number; readonly signal?: undefined }
  | { readonly signal: NodeJS.Signals; readonly exitCode?: undefined }

const names = new Map(
  (Object.entries(constants.signals) as [NodeJS.Signals, number][])
    // SIGABRT before its older name SIGIOT, SIGIO before SIGPOLL.
    .toReversed()
    .map(([name, number]) => [number, name]),
)

/** The name of a signal by its number; SIGKILL for a number without one, such as a real-time signal. */
export const signalName = (number: number): NodeJS.Signals => names.get(number) ?? 'SIGKILL'
