import type { Bucket, MetricsStore } from './store.js'
import type { Window } from '#lib/time-range.js'

interface Read {
  window: Window
  lists: Promise<Bucket[][]>
}

/**
 * Reads series once for all who ask while that is under way: whoever asks for the same metrics of the same instance and project, in buckets
 * of the same width, joins a read whose window holds his own. Each gets buckets of his own. A read that fails, fails for all who wait.
 */
export function coalesceSeries (series: MetricsStore['series']): MetricsStore['series'] {
  const underWay = new Map<string, Read[]>()

  return async (metrics, instance, window, project) => {
    const { start, end, step } = window
    const key = [project, instance, step, ...metrics].join(' ')
    const reads = underWay.get(key) ?? []
    const found = reads.find((read) => read.window.start <= start && read.window.end >= end)
    const { lists } = found ?? add()
    return (await lists).map((buckets) => buckets
      .filter(({ time }) => time >= start && time < end)
      .map(({ time, usage }) => ({ time, usage })))

    function add (): Read {
      const read = { window, lists: series(metrics, instance, window, project).finally(() => forget(read)) }
      underWay.set(key, [...reads, read])
      return read
    }

    function forget (read: Read) {
      const others = underWay.get(key)!.filter((other) => other !== read)
      if (others.length > 0) underWay.set(key, others)
      else underWay.delete(key)
    }
  }
}
