import t from 'tap'
import type { Bucket } from '#lib/metrics/store.js'
import { getProjectUsages } from '#lib/monitoring/instance-usages.js'

t.test('an instance that may not be read is like one without data', async (t) => {
  const project = { id: 'p', name: 'p', enabled: true, domain_id: 'd', is_domain: false }
  const bucket: Bucket = { time: 60, usage: 1 }
  const { instances } = await getProjectUsages({
    openstack: { project: async () => project },
    metrics: { seriesOfMany: async (metrics, ids) => ids.map(() => metrics.map(() => [bucket])) }
  }, 'p', {
    instances: ['foreign', 'own'], usages: ['networkIo'], window: { start: 0, end: 120, step: 60 }
  }, { readable: ['own'], onlyProject: 'p' })
  const usagesWith = (values: Array<number | null>) =>
    [{ usage: 'networkIo', unit: 'KiB/s', series: [{ name: 'in', values }, { name: 'out', values }] }]
  t.same(instances, [
    { instance_id: 'foreign', usages: usagesWith([null, null]) },
    { instance_id: 'own', usages: usagesWith([null, 1]) }
  ])
})
