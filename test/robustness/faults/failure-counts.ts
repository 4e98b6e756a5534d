import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerResponse } from './server.js'

/** A counter of failures in the service's own metrics. */
export interface FailureCount {
  /** The upstream, except for Redis. */
  upstream?: string
  kind: 'requests' | 'retries' | 'failed reads' | 'Redis'
  /** The outcome, if the metric has one. */
  outcome?: string
  count: number
}

type Kind = Pick<FailureCount, 'kind' | 'outcome'>

/** The metrics that count failures, by name. A successful request is not counted. */
const counters: Record<string, (labels: Record<string, string>) => Kind | undefined> = {
  upstream_request_duration_seconds_count: ({ outcome }) =>
    outcome === 'ok' ? undefined : { kind: 'requests', outcome },
  upstream_retries_total: () => ({ kind: 'retries' }),
  upstream_failures_total: ({ outcome }) => ({ kind: 'failed reads', outcome }),
  redis_failures_total: () => ({ kind: 'Redis' })
}

const [pollIntervalMs, maxPolls] = [50, 60]

/**
 * Reads the failure counters of a server once no upstream request is in flight.
 * Under constant load there always is one, so the last poll counts anyway.
 */
export async function failureCounts (
  server: { get: (path: string) => Promise<Pick<ServerResponse, 'text'>> }
): Promise<FailureCount[]> {
  for (let pollsLeft = maxPolls; ; pollsLeft--) {
    const samples = parse((await server.get('/metrics')).text)
    const isIdle = samples.every(({ name, value }) => name !== 'upstream_requests_active' || value === 0)
    if (pollsLeft === 0 || isIdle) return samples.flatMap(countIn)
    await sleep(pollIntervalMs)
  }
}

function countIn ({ name, labels, value }: Sample): FailureCount[] {
  const kind = counters[name]?.(labels)
  return kind === undefined ? [] : [{ ...kind, upstream: labels.upstream, count: value }]
}

const isSame = (a: FailureCount, b: FailureCount) =>
  a.upstream === b.upstream && a.kind === b.kind && a.outcome === b.outcome

/** The increase of each counter between two readings. */
export function failuresBetween (before: FailureCount[], after: FailureCount[]): FailureCount[] {
  const sum = (counts: FailureCount[], one: FailureCount) =>
    counts.filter((count) => isSame(count, one)).reduce((sum, { count }) => sum + count, 0)
  const distinct = after.filter((one, i) => i === after.findIndex((count) => isSame(count, one)))
  return distinct
    .map((counter) => ({ ...counter, count: sum(after, counter) - sum(before, counter) }))
    .filter(({ count }) => count > 0)
}

interface Sample { name: string, labels: Record<string, string>, value: number }

/** The service's own metrics in Prometheus' text format. */
function parse (text: string): Sample[] {
  const lines = text.matchAll(/^openstack_monitoring_(\w+)(?:\{(.*)\})? (\S+)$/gm)
  return Array.from(lines, ([, name, labels = '', value]) => {
    const pairs = Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label, value]) => [label, value])
    return { name: name!, labels: Object.fromEntries(pairs), value: Number(value) }
  })
}
