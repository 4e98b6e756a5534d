import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from './load.js'
import type { LoadResult, Target } from './load.js'
import { cpuSecondsOf, residentMbOf } from './process.js'
import { median, percentiles } from './statistics.js'
import type { Figures, RunOptions } from './table.js'

/** One of the servers that are compared. */
export interface Side extends Target {
  pid: number
  /** The number of upstream calls that it has caused so far. */
  calls (): Promise<number>
  /** Ends it; absent when other rows still need it. */
  close? (): Promise<void>
}

export interface Comparison {
  service: Figures
  baseline: Figures
  /** Medians over the rounds: the service's figure divided by the baseline's of the same round. */
  ratio: { rate: number, p50: number }
  /** Resident memory of the service at the end, in MB. */
  residentMb: number
  /** The service's results, one per round. */
  results: LoadResult[]
  /** Failed requests of both sides. */
  failed: number
}

type Round = LoadResult & { calls: number, cpuMicroseconds: number }

/** Compares the service with one baseline, as `compareWithEach` does. */
export async function compare (
  service: Side, baseline: Side, options: RunOptions, settle?: () => Promise<unknown>
): Promise<Comparison> {
  const [comparison] = await compareWithEach(service, [baseline], options, settle)
  return comparison!
}

/**
 * Loads the service and its baselines alternately, for several rounds. Every second round has the reverse
 * order, so that other activity of the machine disturbs all alike. A first round warms them up and does not
 * count. All are closed at the end.
 * @param settle waits between two loads until the background work of the last one is done
 * @returns a comparison for each baseline
 */
export async function compareWithEach (
  service: Side,
  baselines: Side[],
  { rounds, seconds }: RunOptions,
  settle: () => Promise<unknown> = () => sleep(200)
): Promise<Comparison[]> {
  const sides = [service, ...baselines].map((side) => ({ side, results: [] as Round[] }))
  for (let round = 0; round <= rounds; round++) {
    for (const { side, results } of round % 2 === 0 ? sides : sides.toReversed()) {
      results.push(await measure(side, round === 0 ? Math.min(1, seconds) : seconds, settle))
    }
  }
  const residentMb = residentMbOf(service.pid)
  await Promise.all(sides.map(({ side }) => side.close?.()))
  const [ofService, ...ofBaselines] = sides.map(({ results }) => results.slice(1))
  return ofBaselines.map((ofBaseline) => comparisonOf(ofService!, ofBaseline, residentMb))
}

function comparisonOf (ofService: Round[], ofBaseline: Round[], residentMb: number): Comparison {
  const p50 = ({ latencies }: Round) => median(latencies)
  const ratioOf = (figure: (round: Round) => number) =>
    median(ofService.map((round, n) => figure(round) / figure(ofBaseline[n]!)))
  return {
    service: figuresOf(ofService),
    baseline: figuresOf(ofBaseline),
    ratio: { rate: ratioOf(({ rate }) => rate), p50: ratioOf(p50) },
    residentMb,
    results: ofService,
    failed: [...ofService, ...ofBaseline].reduce((sum, { failed }) => sum + failed, 0)
  }
}

async function measure (side: Side, seconds: number, settle: () => Promise<unknown>): Promise<Round> {
  const [callsBefore, cpuBefore] = [await side.calls(), cpuSecondsOf(side.pid)]
  const result = await runLoad(side, seconds)
  const cpuMicroseconds = (cpuSecondsOf(side.pid) - cpuBefore) / result.latencies.length * 1e6
  await settle()
  return { ...result, calls: (await side.calls() - callsBefore) / result.sent, cpuMicroseconds }
}

function figuresOf (rounds: Round[]): Figures {
  const medianOf = (figure: (round: Round) => number) => median(rounds.map(figure))
  return {
    rate: medianOf(({ rate }) => rate),
    ...percentiles(rounds.flatMap(({ latencies }) => latencies)),
    calls: medianOf(({ calls }) => calls),
    cpuMicroseconds: medianOf(({ cpuMicroseconds }) => cpuMicroseconds),
    generator: medianOf(({ busy }) => busy)
  }
}
