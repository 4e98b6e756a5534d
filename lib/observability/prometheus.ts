import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { CacheStats, CacheStatus } from '#lib/cache/cache.js'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { UpstreamClientStats, UpstreamObserver } from '#lib/upstream/upstream-client.js'
import type { MetricsSnapshot } from './metrics-sum.js'
import { processMetrics } from './process-metrics.js'

/** The metrics of one app. Labels have values from this code alone: no id, address or client is in any. */
export type Telemetry = ReturnType<typeof createTelemetry>

type Sample = [labels: Record<string, string>, value: number]

const cacheStatuses: CacheStatus[] = ['hit', 'stale', 'miss']

/**
 * Seconds: from a cached response to the longest that a request may take; and for upstreams, up to their
 * deadline.
 */
const requestBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const upstreamBuckets = requestBuckets.slice(1, -1)
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

const nameOf = (name: string) => `openstack_monitoring_${name}`

/**
 * Creates the metrics. State is read when Prometheus scrapes; durations and failures are recorded as they
 * happen.
 */
export function createTelemetry () {
  const registry = new Registry()
  const registers = [registry]
  const upstreams = new Map<UpstreamName, () => UpstreamClientStats>()
  const caches = new Map<string, () => CacheStats>()
  const queues = new Map<string, () => number>()
  let activeRequests = () => 0
  let droppedLogLines = () => 0
  let checkedAt = 0

  /** A metric whose samples are read at each scrape. The aggregator is that of several workers. */
  function collected (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    labelNames: string[],
    samples: () => Sample[],
    aggregator: 'sum' | 'max' = 'sum'
  ) {
    registry.registerMetric(new Kind({
      name: nameOf(name),
      help,
      labelNames,
      aggregator,
      registers: [],
      collect () {
        this.reset()
        for (const [labels, value] of samples()) this.inc(labels, value)
      }
    }))
  }
  const ofUpstreams = (value: (stats: UpstreamClientStats) => number) => () =>
    Array.from(upstreams, ([upstream, stats]): Sample => [{ upstream }, value(stats())])
  const ofCaches = (value: (stats: CacheStats) => number) => () =>
    Array.from(caches, ([cache, stats]): Sample => [{ cache }, value(stats())])

  const requests = new Histogram({
    name: nameOf('http_request_duration_seconds'),
    help: 'Duration of HTTP requests in seconds; status 499 means that the client disconnected',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers
  })
  const upstreamRequests = new Histogram({
    name: nameOf('upstream_request_duration_seconds'),
    help: 'Duration of requests to upstreams in seconds, without their time in the queue',
    labelNames: ['upstream', 'operation', 'outcome'],
    buckets: upstreamBuckets,
    registers
  })
  const statements = new Histogram({
    name: nameOf('batch_statements'),
    help: 'Number of statements in a request for series',
    buckets: batchBuckets,
    registers
  })
  const series = new Histogram({
    name: nameOf('batch_series'),
    help: 'Number of series in a request for series',
    buckets: batchBuckets,
    registers
  })
  const failures = new Counter({
    name: nameOf('upstream_failures_total'),
    help: 'Number of failed reads; the client received stale data, a partial response or an error',
    labelNames: ['upstream', 'reason', 'outcome'],
    registers
  })
  const redisFailures = new Counter({
    name: nameOf('redis_failures_total'),
    help: 'Number of failed commands and connections to Redis',
    registers
  })
  const upstreamUp = new Gauge({
    name: nameOf('upstream_up'),
    help: '1 where an upstream was up at the last check of /readyz, else 0',
    labelNames: ['upstream'],
    // Of the worker with the last check.
    aggregator: 'first',
    registers
  })
  collected(Gauge, 'http_requests_active', 'Number of HTTP requests in flight', [],
    () => [[{}, activeRequests()]])
  collected(Counter, 'upstream_retries_total', 'Number of retried requests to an upstream', ['upstream'],
    ofUpstreams(({ retries }) => retries))
  collected(Gauge, 'upstream_requests_active', 'Number of requests to an upstream in flight', ['upstream'],
    ofUpstreams(({ active }) => active))
  collected(Gauge, 'upstream_requests_queued', 'Number of queued requests to an upstream', ['upstream'],
    ofUpstreams(({ queued }) => queued))
  collected(Gauge, 'upstream_circuit_open', '1 while an upstream is not called after repeated failures',
    ['upstream'], ofUpstreams(({ circuitOpen }) => Number(circuitOpen)), 'max')
  collected(Gauge, 'queue_length', 'Number of queued series reads, or of queued token validations',
    ['queue'], () => Array.from(queues, ([queue, length]): Sample => [{ queue }, length()]))
  collected(Counter, 'cache_lookups_total',
    'Number of cache lookups that found a fresh value (hit), a stale value, or none (miss)',
    ['cache', 'status'], () => Array.from(caches, ([cache, stats]) =>
      cacheStatuses.map((status): Sample => [{ cache, status }, stats()[status]])).flat())
  collected(Gauge, 'cache_entries', 'Number of cached entries', ['cache'],
    ofCaches(({ entries }) => entries))
  collected(Gauge, 'cache_bytes', 'Size of all cached entries in bytes', ['cache'],
    ofCaches(({ bytes }) => bytes))
  collected(Counter, 'log_lines_dropped_total', 'Number of log lines that could not be written', [],
    () => [[{}, droppedLogLines()]])
  const all = Registry.merge([registry, processMetrics()])
  let read = () => all.metrics()

  return {
    /** Records a request at its end. */
    requestCompleted: (method: string, route: string, status: number, seconds: number) =>
      requests.observe({ method, route, status }, seconds),
    /** Sets the function that counts the requests in flight. */
    setActiveRequests: (count: () => number) => { activeRequests = count },
    /** Sets the function that counts the log lines that were dropped. */
    setDroppedLogLines: (count: () => number) => { droppedLogLines = count },
    upstreamObserver: {
      clientCreated: (upstream, stats) => { upstreams.set(upstream, stats) },
      requestCompleted: (upstream, operation, outcome, seconds) =>
        upstreamRequests.observe({ upstream, operation, outcome }, seconds)
    } satisfies UpstreamObserver as UpstreamObserver,
    /** Records whether an upstream was up at a moment, in unix milliseconds. */
    upstreamChecked (upstream: string, up: boolean, now: number) {
      upstreamUp.set({ upstream }, Number(up))
      checkedAt = now
    },
    /** Adds a cache. */
    addCache: (name: string, stats: () => CacheStats) => { caches.set(name, stats) },
    /** Adds a queue. */
    addQueue: (name: string, length: () => number) => { queues.set(name, length) },
    /** Records a request for series. */
    batchSent (statementCount: number, seriesCount: number) {
      statements.observe(statementCount)
      series.observe(seriesCount)
    },
    /**
     * Records a failed read, and what the client received for it. Errors that are no upstream's do not count.
     */
    readFailed (err: unknown, outcome: 'stale' | 'partial' | 'error') {
      if (err instanceof UpstreamError) failures.inc({ upstream: err.upstream, reason: err.reason, outcome })
    },
    redisFailed: () => redisFailures.inc(),
    contentType: all.contentType,
    /** All metrics in Prometheus' text format. */
    read: () => read(),
    /** The metrics of this process, for a sum over all workers. */
    snapshot: async (): Promise<MetricsSnapshot> => ({ checkedAt, metrics: await all.getMetricsAsJSON() }),
    /** Sets the function that reads the sum over all workers. */
    setSum: (readSum: () => Promise<string>) => { read = readSum }
  }
}
