import t from 'tap'
import { getProjectUsages } from '#lib/monitoring/instance-usages.js'

t.test('an instance that may not be read is like one without data', async (t) => {
  const project = { id: 'p', name: 'p', enabled: true, domain_id: 'd', is_domain: false }
  const { instances } = await getProjectUsages({
    openstack: { project: async () => project },
    metrics: {
      seriesOfMany: async (metrics, ids) => ids.map(() => metrics.map(() => Float64Array.of(NaN, 1)))
    }
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
