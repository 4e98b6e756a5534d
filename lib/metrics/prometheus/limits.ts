import type { BatchTiming } from '#lib/metrics/batch.js'

/** How much one request may ask for. */
export interface PrometheusLimits extends BatchTiming {
  /** Instances of one request for series, and of one for latest samples. */
  instances: number
  latestInstances: number
  /** Bytes of a query. */
  bytes: number
  /** Work of a request for series, counted in seconds of one metric of one instance. */
  work: number
  /** The same for a request for latest samples, which are of metrics without devices. */
  latestWork: number
  /** Seconds of one instance that a request may ask for in any case, and that are not divided further. */
  minPieceSeconds: number
  /** Samples of a request from which on the next one asks for a longer, or for a shorter time. */
  fewSamples: number
  manySamples: number
  /** How many times `work` a request may ask for after requests with few samples. */
  maxGrowth: number
  /** Buckets of the first request for aggregates, and of the longest one. */
  aggregatedBuckets: number
  maxAggregatedBuckets: number
  /** Requests for aggregates of one read that may return buckets whose samples are needed. */
  aggregateAttempts: number
  /** Requests of one read, and samples that are in memory for it at once. */
  requests: number
  samples: number
}

export const defaultPrometheusLimits: PrometheusLimits = {
  // VictoriaMetrics 1.79 looks up to 20 ids. Of more it compares the ids of all instances: of 3,000 it takes
  // 1.6 to 2 times as long for each.
  instances: 20,
  // A request for CPU and memory of 250 instances takes 20 ms.
  latestInstances: 250,
  // VictoriaMetrics rejects a query of 16 KiB.
  bytes: 12_000,
  // About 30,000 samples of 30 bytes, at one each 15 s and with 4 devices. The store takes 10 ms for them;
  // their parsing takes as long, during which no other request is processed.
  work: 120_000,
  latestWork: 480_000,
  minPieceSeconds: 3_600,
  fewSamples: 8_000,
  manySamples: 60_000,
  // Of one sample each 15 minutes, a response is as large as of 4 devices with one each 15 s.
  maxGrowth: 64,
  // Each request is twice as long as the one before. A bucket has 80 bytes a series.
  aggregatedBuckets: 64,
  maxAggregatedBuckets: 1_024,
  aggregateAttempts: 8,
  requests: 100,
  // A week of 40 devices, or two years of one, at one sample each 15 s to 60 s; 60 MB.
  samples: 1_000_000,
  concurrency: 2,
  maxWaitMs: 50,
  queued: 10_000,
  retries: 32
}

/**
 * The limits of reads of many instances, which share a queue of their own: beside them, single reads do not
 * wait. An hour of 100 instances is one request a usage, of up to 400,000 samples or 12 MB where each has 4
 * devices; a response may have 16 MiB.
 */
export const bulkPrometheusLimits: PrometheusLimits = {
  ...defaultPrometheusLimits, instances: 250, work: 1_500_000, maxWaitMs: 1_000
}
