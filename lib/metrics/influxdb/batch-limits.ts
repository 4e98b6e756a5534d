/** How much one request may ask for. */
export interface StatementLimits {
  statements: number
  /** Of one statement. */
  instances: number
  /** Counted in buckets that are answered, of one device each. */
  work: number
  /** Of the statements and what they are bound to, as they are sent. */
  bytes: number
}

/** When reads go. */
export interface BatchLimits extends StatementLimits {
  /** Requests under way from which on reads wait for one of them to end. */
  requests: number
  /** Milliseconds without a request, after which one goes all the same while reads wait. */
  patience: number
  /** Reads that may wait. */
  waiting: number
  /** Parts that a request which failed is made again in, and each of those that fails. */
  parts: number
  /** Requests that one which failed may cost in all. */
  again: number
}

/**
 * Measured on 2 cores, which the service and InfluxDB 1.6 shared, with 64 readers of 200 instances' samples of two hours, each 15 s.
 * Of a series of 10 buckets InfluxDB has 0.60 ms of work in a request of its own, 0.21 ms as one of 16 statements, and in one
 * statement for several instances 0.23 ms of 4, 0.17 ms of 16 and as much of 64; for 1,000, four times that.
 */
export const defaultBatchLimits: BatchLimits = {
  statements: 64,
  instances: 32,
  // A bucket is 5 µs of InfluxDB's work, so a request is 25 ms: what is light waits no longer for what is heavy in the same request.
  work: 5_000,
  // A proxy before it may take no more than a megabyte.
  bytes: 256 * 1024,
  // 1, 2 and 4 give as many series a second, and 8 give 15 % fewer, for less goes together. With 2, one is read while another is on its way.
  requests: 2,
  // Twice what a request takes: where it takes longer, others that run beside it may not.
  patience: 50,
  // Of a series of 60 buckets InfluxDB has half a millisecond of work: the last one waits for five seconds.
  waiting: 10_000,
  // One that is at fault is found among 64 statements of 32 instances by 8 + 8 + 8 + 4 requests, one round after the other.
  parts: 8,
  again: 32
}
