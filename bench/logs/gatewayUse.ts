import { readFileSync } from 'node:fs'
import type { TestGateway } from '../../test/support/testGateway.ts'
import { ms } from '../row.ts'

/** What a gateway used while something went on. */
export interface GatewayUse {
  /** Processor time in milliseconds. */
  readonly processorMs: number
  /** 99th percentile of the event loop's delay in milliseconds, by its own account; 10 ms when nothing is delayed. */
  readonly delayMs: number
  /** The most memory that it ever held, in MiB. */
  readonly peakMiB: number
}

/** Measures a gateway during some work. Linux only. */
export async function useDuring(gateway: TestGateway, work: () => Promise<unknown>): Promise<GatewayUse> {
  // Each look at the metrics begins the account of the delay anew.
  await delayOf(gateway)
  const before = processorMs(gateway)
  await work()
  const used = processorMs(gateway) - before
  const status = readFileSync(`/proc/${gateway.process.pid}/status`, 'utf8')
  return {
    processorMs: used,
    delayMs: await delayOf(gateway),
    peakMiB: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024),
  }
}

/** As a part of a cell. */
export const useText = ({ processorMs, delayMs, peakMiB }: GatewayUse, lines: number): string =>
  `processor ${((processorMs * 1000) / lines).toFixed(2)} µs a line, event loop p99 ${ms(delayMs)}, peak ${peakMiB} MiB`

async function delayOf({ ready }: TestGateway): Promise<number> {
  const answer = await fetch(`${ready.url}/metrics`, { headers: { Authorization: `Bearer ${ready.token}` } })
  return Number(/eventloop_lag_p99_seconds ([\d.]+)/.exec(await answer.text())![1]) * 1000
}

/** User and system time, in the kernel's ticks of 10 ms. */
function processorMs({ process }: TestGateway): number {
  const fields = readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
