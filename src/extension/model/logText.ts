import type { LogLine } from '../../contract/logs.ts'

// ECMA-48: control sequences (CSI), operating-system commands (OSC) and two-character escapes.
// biome-ignore lint: escape characters are what this expression is about
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g

/** A text without terminal escapes, and without what a terminal would not show. */
export const stripAnsi = (text: string): string => text.replace(ansi, '').replace(/\r+$/, '').replaceAll('\r', ' ')

const streams: Readonly<Record<LogLine['stream'], string>> = { stdout: 'out', stderr: 'err', system: 'hks' }

/** One line of an output channel: time of day, stream, text. `hks` marks the platform's own lines. */
export function logText(line: LogLine): string {
  const cut = line.truncated === undefined ? '' : ` … (${line.truncated} bytes cut off)`
  return `${clock(new Date(line.time))} ${streams[line.stream]}  ${stripAnsi(line.text)}${cut}`
}

/** A line of our own in an output channel. */
export const ownLogText = (text: string, now: number): string => `${clock(new Date(now))} hks  ${text}`

function clock(time: Date): string {
  const pad = (n: number, digits = 2): string => String(n).padStart(digits, '0')
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`
}
