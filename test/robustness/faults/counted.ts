import { setTimeout as sleep } from 'node:timers/promises'
import type { Got } from './server.js'

/** How much of something the service has counted. */
export interface Count {
  /** The upstream's, unless it is of none. */
  role?: string
  /** What is counted. */
  what: 'calls' | 'second tries' | 'answers' | 'Redis'
  /** And how it went, where that is told. */
  how?: string
  count: number
}

/** What `/metrics` counts of failures, by the name of its series. A call that went well is none. */
const counters: Record<string, (labels: Record<string, string>) => Pick<Count,
'what' | 'how'> | undefined> = {
  upstream_request_duration_seconds_count: ({ outcome }) => outcome === 'ok'
    ? undefined
    : { what: 'calls', how: outcome },
  upstream_retries_total: () => ({ what: 'second tries' }),
  upstream_failures_total: ({ outcome }) => ({ what: 'answers', how: outcome }),
  redis_failures_total: () => ({ what: 'Redis' })
}

/** Milliseconds between two looks at whether all calls have ended, and how often it is looked. */
const [pause, looks] = [50, 60]

/**
 * What a server has counted of failures up to now, once no call is under way; or after some time, where there
 * always is one.
 */
export async function countedBy (
  server: { get: (path: string) => Promise<Pick<Got, 'text'>> }
): Promise<Count[]> {
  for (let left = looks; ; left--) {
    const samples = parse((await server.get('/metrics')).text)
    if (left === 0 || samples.every(
      ({ name, value }) => name !== 'upstream_requests_active' || value === 0
    )) {
      return samples.flatMap(countIn)
    }
    await sleep(pause)
  }
}

function countIn ({ name, labels, value }: Sample): Count[] {
  const kind = counters[name]?.(labels)
  return kind === undefined ? [] : [{ ...kind, role: labels.upstream, count: value }]
}

const isSame = (a: Count, b: Count) => a.role === b.role && a.what === b.what && a.how === b.how

/** What has been counted between two times, each kind of each role once. */
export function countedBetween (before: Count[], after: Count[]): Count[] {
  const sum = (counts: Count[], of: Count) =>
    counts.filter((count) => isSame(count, of)).reduce((sum, { count }) => sum + count, 0)
  const kinds = after.filter((one, i) => i === after.findIndex((count) => isSame(count, one)))
  return kinds.map(
    (kind) => ({ ...kind, count: sum(after, kind) - sum(before, kind) })
  ).filter(({ count }) => count > 0)
}

interface Sample { name: string, labels: Record<string, string>, value: number }

/** The service's own series, in the text format of Prometheus. */
const parse = (text: string): Sample[] =>
  Array.from(text.matchAll(
    /^openstack_monitoring_(\w+)(?:\{(.*)\})? (\S+)$/gm
  ), ([, name, labels = '', value]) => ({
    name: name!,
    labels: Object.fromEntries(
      Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label, value]) => [label, value])
    ),
    value: Number(value)
  }))
