import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from './load.js'
import type { LoadResult, Target } from './load.js'
import { cpuSecondsOf, residentMbOf } from './process.js'
import { median, percentiles } from './statistics.js'
import type { Figures, RunOptions } from './table.js'

/** One of the two that are compared. */
export interface Side extends Target {
  pid: number
  /** The upstream calls that it has cost so far. */
  calls (): Promise<number>
  /** Ends it; left out of what other rows go on with. */
  close? (): Promise<void>
}

export interface Comparison {
  service: Figures
  baseline: Figures
  /** Medians over the rounds, of the service's figure by the baseline's in the same round. */
  ratio: { rate: number, p50: number }
  /** MB of the service when it was done. */
  residentMb: number
  /** What the service's figures are of. */
  results: LoadResult[]
  /** Requests of either that failed. */
  failed: number
}

type Round = LoadResult & { calls: number, processor: number }

/**
 * Loads the two in turn, several rounds of some seconds each, and the other one first in every second round: what else the
 * machine does then disturbs both alike. The first round warms both up and does not count. Both have ended when it is done.
 * @param settle waits between two loads until what the last one left behind is done
 */
export async function compare (service: Side, baseline: Side, { rounds, seconds }: RunOptions, settle: () => Promise<unknown> = () => sleep(200)): Promise<Comparison> {
  const sides = [{ side: service, loads: [] as Round[] }, { side: baseline, loads: [] as Round[] }] as const
  for (let round = 0; round <= rounds; round++) {
    for (const { side, loads } of round % 2 === 0 ? sides : sides.toReversed()) {
      loads.push(await measure(side, round === 0 ? 1 : seconds, settle))
    }
  }
  const resident = residentMbOf(service.pid)
  await Promise.all([service.close?.(), baseline.close?.()])
  const [ours, theirs] = sides.map(({ loads }) => loads.slice(1)) as [Round[], Round[]]
  const p50 = ({ latencies }: Round) => median(latencies)
  const ratios = (of: (round: Round) => number) => median(ours.map((round, n) => of(round) / of(theirs[n]!)))
  return {
    service: figuresOf(ours),
    baseline: figuresOf(theirs),
    ratio: { rate: ratios(({ rate }) => rate), p50: ratios(p50) },
    residentMb,
    results: ours,
    failed: [...ours, ...theirs].reduce((sum, { failed }) => sum + failed, 0)
  }
}

async function measure (side: Side, seconds: number, settle: () => Promise<unknown>): Promise<Round> {
  const [calls, used] = [await side.calls(), cpuSecondsOf(side.pid)]
  const done = await runLoad(side, seconds)
  const processor = (cpuSecondsOf(side.pid) - used) / done.latencies.length * 1e6
  await settle()
  return { ...done, calls: (await side.calls() - calls) / done.sent, processor }
}

function figuresOf (rounds: Round[]): Figures {
  const middle = (of: (round: Round) => number) => median(rounds.map(of))
  return {
    rate: middle(({ rate }) => rate),
    ...percentiles(rounds.flatMap(({ latencies }) => latencies)),
    calls: middle(({ calls }) => calls),
    cpuMicroseconds: middle(({ processor }) => processor),
    generator: middle(({ busy }) => busy)
  }
}
