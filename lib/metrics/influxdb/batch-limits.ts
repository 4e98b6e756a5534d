/** How much one request may ask for. */
export interface RequestLimits {
  statements: number
  /** Instances of one statement. */
  instances: number
  /** Work, counted in returned buckets of one device each. */
  work: number
  /** Bytes of the statements, as they are sent. */
  bytes: number
}

/** When batches are sent. */
export interface BatchLimits extends RequestLimits {
  /** Requests in flight from which on reads are queued until one of them ends. */
  concurrency: number
  /** Milliseconds after which queued reads are sent all the same. */
  maxWaitMs: number
  /** Reads that may be queued. */
  queued: number
  /** Parts that a failed request is repeated in, and each of those that fails. */
  parts: number
  /** Requests that a failed one may cost in all. */
  retries: number
}

/**
 * Measured on 2 cores, which the service and InfluxDB 1.6 shared, with 64 clients that read 200 instances'
 * samples of two hours, each 15 s. Of a series of 10 buckets InfluxDB has 0.60 ms of work in a request of its
 * own, 0.21 ms as one of 16 statements, and in one statement for several instances 0.23 ms of 4, 0.17 ms of
 * 16 and as much of 64; for 1,000, four times that.
 */
export const defaultBatchLimits: BatchLimits = {
  statements: 64,
  instances: 32,
  // A bucket is 5 µs of InfluxDB's work, so a request is 25 ms: small reads do not wait longer for large ones
  // beside them.
  work: 5_000,
  // A proxy in front of it may accept no more than a megabyte.
  bytes: 256 * 1024,
  // 1, 2 and 4 give as many series a second, and 8 give 15 % fewer, for less goes together. With 2, one
  // request is processed while another is on its way.
  concurrency: 2,
  // Twice what a request takes: where it takes longer, others may run beside it.
  maxWaitMs: 50,
  // Of a series of 60 buckets InfluxDB has half a millisecond of work: the last one waits for five seconds.
  queued: 10_000,
  // A bad statement is found among 64 statements of 32 instances by 8 + 8 + 8 + 4 requests, one round after
  // the other.
  parts: 8,
  retries: 32
}

/**
 * The limits of reads of many instances, which share a queue of their own: beside them, single reads do not
 * wait. All instances of one usage are one request; InfluxDB works on the largest for 2 s.
 */
export const bulkBatchLimits: BatchLimits = { ...defaultBatchLimits, work: 400_000, maxWaitMs: 1_000 }
