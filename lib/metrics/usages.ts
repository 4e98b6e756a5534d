/** The measured quantities of an instance. */
export type Metric =
  'cpu' | 'memory' | 'diskRead' | 'diskWrite' | 'networkIn' | 'networkOut' | 'packetsIn' | 'packetsOut'

export interface Usage {
  summary: string
  /** The meaning of a bucket's `usage`. */
  meaning: string
  unit: string
  /** The series of the response, in order: the name of each, and its metric. */
  series: Record<string, Metric>
}

/** The usages of an instance, by the last part of their route's path. A new one is a new row. */
export const usages = {
  cpuUsage: {
    summary: 'CPU usage of an instance',
    meaning: 'the mean CPU utilisation, of all its vCPUs together',
    unit: '%',
    series: { cpu: 'cpu' }
  },
  memUsage: {
    summary: 'Memory usage of an instance',
    meaning: 'the mean share of its memory that is in use; what the guest can reclaim from its caches ' +
      'counts as in use with Monasca\'s agent, and not with most exporters of a Prometheus API',
    unit: '%',
    series: { memory: 'memory' }
  },
  diskRead: {
    summary: 'Disk reads of an instance',
    meaning: 'the mean rate of bytes read, summed over its disks',
    unit: 'KiB/s',
    series: { read: 'diskRead' }
  },
  diskWrite: {
    summary: 'Disk writes of an instance',
    meaning: 'the mean rate of bytes written, summed over its disks',
    unit: 'KiB/s',
    series: { write: 'diskWrite' }
  },
  networkIo: {
    summary: 'Network traffic of an instance',
    meaning: 'the mean rate of bytes received (`in`) and sent (`out`), summed over its ports',
    unit: 'KiB/s',
    series: { in: 'networkIn', out: 'networkOut' }
  },
  networkPackets: {
    summary: 'Network packets of an instance',
    meaning: 'the mean rate of packets received (`in`) and sent (`out`), summed over its ports',
    unit: 'packets/s',
    series: { in: 'packetsIn', out: 'packetsOut' }
  }
} satisfies Record<string, Usage>
