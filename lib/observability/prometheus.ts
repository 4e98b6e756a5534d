import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { CacheStats, CacheStatus } from '#lib/cache/cache.js'
import { processMetrics } from './process-metrics.js'
import type { UpstreamObserver, UpstreamClientStats } from '#lib/upstream/upstream-client.js'

/** What one app tells of itself. No label has more values than the code has words for it: there is no id, address or caller in any. */
export type Telemetry = ReturnType<typeof createTelemetry>

type Sample = [labels: Record<string, string>, value: number]

const cacheStatuses: CacheStatus[] = ['hit', 'stale', 'miss']

/** Seconds: from an answer that is kept to the longest that a request may take; and of a call, up to its own limit. */
const requestBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const callBuckets = requestBuckets.slice(1, -1)
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

/** The instruments of one app. What can be looked at is looked at when it is asked for; only times, and what fails, are told as they come. */
export function createTelemetry () {
  const registry = new Registry()
  const services = new Map<UpstreamName, () => UpstreamClientStats>()
  const caches = new Map<string, () => CacheStats>()
  const queues = new Map<string, () => number>()
  const requestCounts: Array<() => number> = []
  const registers = [registry]
  const nameOf = (name: string) => `openstack_monitoring_${name}`

  /** A number, or one a label, that is looked up when it is asked for. */
  function look (Kind: typeof Counter | typeof Gauge, name: string, help: string, labelNames: string[], samples: () => Sample[]) {
    registry.registerMetric(new Kind({
      name: nameOf(name),
      help,
      labelNames,
      registers: [],
      collect () {
        this.reset()
        for (const [labels, value] of samples()) this.inc(labels, value)
      }
    }))
  }
  const ofServices = (value: (state: UpstreamClientStats) => number) => () =>
    Array.from(services, ([upstream, look]): Sample => [{ upstream }, value(look())])
  const ofCaches = (value: (counts: CacheStats) => number) => () =>
    Array.from(caches, ([cache, counts]): Sample => [{ cache }, value(counts())])

  const requests = new Histogram({
    name: nameOf('http_request_duration_seconds'),
    help: 'Requests that were answered, or whose callers have left before (499), and how long that took',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers
  })
  const calls = new Histogram({
    name: nameOf('upstream_request_duration_seconds'),
    help: 'Calls to upstreams, what came of them (ok, or why not), and how long they took once they had their turn',
    labelNames: ['upstream', 'operation', 'outcome'],
    buckets: callBuckets,
    registers
  })
  const statements = new Histogram({
    name: nameOf('batch_statements'), help: 'Statements in a request for series', buckets: batchBuckets, registers
  })
  const series = new Histogram({
    name: nameOf('batch_series'), help: 'Series that a request for series asks for', buckets: batchBuckets, registers
  })
  const failures = new Counter({
    name: nameOf('upstream_failures_total'),
    help: 'Reads that an upstream failed, why, and what was answered for that: what is kept, a part, or a problem',
    labelNames: ['upstream', 'reason', 'outcome'],
    registers
  })
  const redis = new Counter({
    name: nameOf('redis_failures_total'), help: 'Commands and connections to Redis that failed', registers
  })
  look(Gauge, 'http_requests_active', 'Requests that are under way', [], () => requestCounts.map((count): Sample => [{}, count()]))
  look(Counter, 'upstream_retries_total', 'Calls that were made a second time', ['upstream'], ofServices(({ retries }) => retries))
  look(Gauge, 'upstream_requests_active', 'Calls that are under way', ['upstream'], ofServices(({ active }) => active))
  look(Gauge, 'upstream_requests_queued', 'Calls that wait for their turn', ['upstream'], ofServices(({ queued }) => queued))
  look(Gauge, 'queue_length', 'What waits before it is put into calls: reads of series, and tokens to be validated', ['queue'], () =>
    Array.from(queues, ([queue, length]): Sample => [{ queue }, length()]))
  look(Gauge, 'upstream_circuit_open', '1 while an upstream is left alone, for it has failed again and again', ['upstream'], ofServices(({ circuitOpen }) => Number(circuitOpen)))
  look(Counter, 'cache_lookups_total', 'Lookups of what is kept, by what they found: it was fresh (hit), was older (stale), or had to be read (miss)', ['cache', 'status'], () =>
    Array.from(caches, ([cache, counts]) => cacheStatuses.map((status): Sample => [{ cache, status }, counts()[status]])).flat())
  look(Gauge, 'cache_entries', 'What is kept, in entries', ['cache'], ofCaches(({ entries }) => entries))
  look(Gauge, 'cache_bytes', 'What is kept, in bytes', ['cache'], ofCaches(({ bytes }) => bytes))
  const all = Registry.merge([registry, processMetrics()])

  return {
    /** Tells of a request that is over. */
    ended: (method: string, route: string, status: number, seconds: number) => requests.observe({ method, route, status }, seconds),
    /** Tells how many requests are under way, to be looked at. */
    requests: (count: () => number) => { requestCounts.push(count) },
    calls: {
      clientCreated: (upstream, look) => { services.set(upstream, look) },
      requestCompleted: (upstream, operation, outcome, seconds) => calls.observe({ upstream, operation, outcome }, seconds)
    } satisfies UpstreamObserver as UpstreamObserver,
    /** Tells of what is kept under a name, to be looked at. */
    cache: (name: string, counts: () => CacheStats) => { caches.set(name, counts) },
    /** Tells of what waits under a name, to be looked at. */
    queue: (name: string, length: () => number) => { queues.set(name, length) },
    batched (statementCount: number, seriesCount: number) {
      statements.observe(statementCount)
      series.observe(seriesCount)
    },
    /** Tells of a read that failed, and what is answered for that. Only the failures of upstreams count: others are answers of their own. */
    failed (err: unknown, outcome: 'stale' | 'partial' | 'error') {
      if (err instanceof UpstreamError) failures.inc({ upstream: err.upstream, reason: err.reason, outcome })
    },
    redisFailed: () => redis.inc(),
    /** All of it, as Prometheus reads it. */
    contentType: all.contentType,
    read: () => all.metrics()
  }
}
