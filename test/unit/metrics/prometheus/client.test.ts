import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import type { ProfileName } from '#lib/metrics/profile.js'
import { createPrometheus } from '#lib/metrics/prometheus/client.js'
import { bulkPrometheusLimits, defaultPrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import { fakeStore, matrix, vector } from '#test/support/prometheus/fake.js'
import type { Values } from '#test/support/prometheus/fake.js'
import { withBuckets } from '#test/support/buckets.js'

type Respond = Parameters<typeof fakeStore>[0]

interface Options {
  profile?: ProfileName
  limits?: Partial<typeof defaultPrometheusLimits>
  bulkLimits?: Partial<typeof defaultPrometheusLimits>
  infoTtl?: number
}

/** A client over a store that a test plays, with a clock that the test moves. */
function connect (respond: Respond, { profile, limits, bulkLimits, infoTtl }: Options = {}) {
  const fake = fakeStore(respond)
  const clock = { seconds: start + 40_000 }
  const detected: string[][] = []
  const store = createPrometheus(fake.upstream, { url: 'http://p', timeout: 10_000 }, {
    clock: { now: () => clock.seconds * 1000, onBackgroundError () {} },
    profile: profile && profiles[profile],
    pollSeconds: 300,
    limits: { ...defaultPrometheusLimits, ...limits },
    bulkLimits: { ...bulkPrometheusLimits, ...bulkLimits },
    infoTtl,
    onBatchSent: () => {},
    onDetected: (profile, others) => detected.push([profile, ...others].map(({ name }) => name))
  })
  return { ...fake, store: withBuckets(store), clock, detected }
}

const start = 1_800_000_000
const window = { start, end: start + 600, step: 60 }
const rejected = new UpstreamError('metrics', 'invalid', 'returned status 422', { status: 422 })
const isInfo = (form: URLSearchParams) => form.get('query')!.startsWith('last_over_time')
const info = (id: string, domain: string, instance = 'h') =>
  ({ __name__: 'libvirt_domain_openstack_info', instance_id: id, domain, instance, project_id: 'p' })
/** Packets that arrive once a second. */
const packets = (domain: string, instance = 'h'): [Record<string, string>, Values] => [
  { __name__: 'libvirt_domain_interface_stats_receive_packets_total', domain, instance },
  [[start, 0], [start + 60, 60]]
]
/** Disk counters of Debian's exporter. */
const reads = (uuid: string, bytes: number): [Record<string, string>, Values] => [
  { __name__: 'libvirt_domain_block_stats_read_bytes_total', uuid }, [[start, 0], [start + 10, 10 * bytes]]
]
/** The ids in a selector of Debian's exporter. */
const idsIn = (form: URLSearchParams) => /uuid=~"\(([^)]*)\)"/.exec(form.get('query')!)![1]!.split('|')

t.test('reads of one window share a query, with the metrics and instances of all', async (t) => {
  const data = matrix(reads('a', 1_024), reads('b', 2_048))
  const { store, queries } = connect(() => data, { profile: 'debian' })
  const results = await Promise.all([
    store.series(['diskRead', 'diskWrite'], 'a', window), store.series(['diskRead'], 'b', window),
    store.series(['diskRead'], 'a', window, 'p'), store.series(['diskRead'], 'a', { ...window, step: 300 })
  ])
  t.same(results, [
    [[{ time: start, usage: 1 }], []], [[{ time: start, usage: 2 }]], [[{ time: start, usage: 1 }]],
    [[{ time: start, usage: 1 }]]
  ])
  const [first, ...others] = queries()
  t.match(first, 'read_bytes_total|libvirt_domain_block_stats_write_bytes_total",uuid=~"(a|b)"}[1201s]')
  t.equal(others.length, 2, 'another project, and another width')
  for (const query of others) t.match(query, 'read_bytes_total",uuid=~"(a)"}')
})

t.test('metrics whose series name the instance in several ways share a query', async (t) => {
  const { store, queries } = connect(() => matrix(), { profile: 'ceilometer' })
  t.same(await store.series(['cpu', 'diskRead', 'networkIn'], 'a', window, 'p'), [[], [], []])
  t.match(queries(), [/resource=~"\(a\)\|\(a\)-\[\^-\]\+\|\.\+-\(a\)-\.\+",project="p"/])
  t.equal(queries().length, 1)
})

t.test('a request has its limits, and no read is left out', async (t) => {
  const ids = Array.from({ length: 40 }, (_, i) => `i${i}`)
  const respond: Respond = (form) => matrix(...idsIn(form).map((id) => reads(id, 1_024)))
  for (const [limits, perRequest] of [
    [{ instances: 7 }, 7], [{ work: 1_200 * 5 }, 5], [{ bytes: 400 }, 16], [{}, 20]
  ] as const) {
    const { store, forms } = connect(respond, { profile: 'debian', limits: { concurrency: 1, ...limits } })
    const results = await Promise.all(ids.map((id) => store.series(['diskRead'], id, window)))
    t.same(results, ids.map(() => [[{ time: start, usage: 1 }]]))
    t.same(forms.map(idsIn).flat().toSorted(), ids.toSorted())
    t.equal(idsIn(forms[0]!).length, perRequest)
  }
})

t.test('one instance is read in any case', async (t) => {
  const options: Options = { profile: 'debian', limits: { work: 1 } }
  const { store, forms } = connect(() => matrix(reads('a', 1_024)), options)
  t.same(await store.series(['diskRead'], 'a', window), [[{ time: start, usage: 1 }]])
  t.equal(forms.length, 1)
})

t.test('a rejected query is halved until the bad instance is found', async (t) => {
  const respond: Respond = (form) => idsIn(form).includes('i3')
    ? rejected
    : matrix(...idsIn(form).map((id) => reads(id, 1_024)))
  const { store, forms } = connect(respond, { profile: 'debian' })
  const ids = Array.from({ length: 8 }, (_, i) => `i${i}`)
  const results = await Promise.allSettled(ids.map((id) => store.series(['diskRead'], id, window)))
  t.same(results.map(({ status }) => status === 'rejected'), ids.map((id) => id === 'i3'))
  t.equal(forms.length, 1 + 3 * 2)
})

t.test('reads of one instance are halved as well; an overloaded store is not called again', async (t) => {
  const respond: Respond = (form) => form.get('query')!.includes('write_bytes')
    ? rejected
    : matrix(reads('a', 1_024))
  const { store } = connect(respond, { profile: 'debian' })
  const results = await Promise.allSettled(
    (['diskRead', 'diskWrite', 'packetsIn'] as const).map((metric) => store.series([metric], 'a', window))
  )
  t.same(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])

  const overloaded = new UpstreamError('metrics', 'invalid', 'returned status 503', { status: 503 })
  const { store: busy, forms } = connect(() => overloaded, { profile: 'debian' })
  const failed = await Promise.allSettled(['a', 'b'].map((id) => busy.series(['diskRead'], id, window)))
  t.match(failed, Array(2).fill({ status: 'rejected', reason: { reason: 'unreachable' } }))
  t.equal(forms.length, 1)
})

t.test('data is read by domain: after the info metric at first, and beside it from then on', async (t) => {
  const respond: Respond = (form) => isInfo(form)
    ? vector(info('a', 'd1'), info('foreign', 'd2'))
    : matrix(packets('d1'), packets('d2'), packets('d1', 'other'))
  const { store, queries, forms } = connect(respond, { profile: 'inovex' })
  const expected = [[{ time: start + 60, usage: 1 }]]
  t.same(await store.series(['packetsIn'], 'a', window, 'p'), expected)
  t.match(queries(), [
    'last_over_time(libvirt_domain_openstack_info{instance_id=~"a",project_id="p"}[1200s])',
    /domain=~"d1"\}\[1201s\]$/
  ])
  forms.length = 0
  t.same(await store.series(['packetsIn'], 'a', window, 'p'), expected)
  t.equal(forms.length, 2)
  t.match(forms[1]!.get('query'), 'domain=~"d1"')
})

t.test('an instance without an info series is empty, and costs no query for data', async (t) => {
  const respond: Respond = (form) => isInfo(form) ? vector() : matrix(packets('d1'))
  const { store, forms } = connect(respond, { profile: 'inovex' })
  t.same(await store.series(['packetsIn'], 'a', window), [[]])
  t.equal(forms.length, 1)
})

t.test('the info of another project does not count, whatever the store returns', async (t) => {
  const respond: Respond = (form) => isInfo(form) ? vector(info('a', 'd1')) : matrix(packets('d1'))
  const { store } = connect(respond, { profile: 'inovex' })
  t.same(await store.series(['packetsIn'], 'a', window, 'q'), [[]])
  t.same(await store.series(['packetsIn'], 'a', window, 'p'), [[{ time: start + 60, usage: 1 }]])
  t.same(await store.series(['packetsIn'], 'a', window, 'q'), [[]])
})

t.test('an instance that was resized into another cell has its second domain too', async (t) => {
  const domains = ['d1']
  const respond: Respond = (form) => isInfo(form)
    ? vector(...domains.map((domain) => info('a', domain, `host of ${domain}`)))
    : matrix(...domains.filter((domain) => form.get('query')!.includes(domain))
      .map((domain) => packets(domain, `host of ${domain}`)))
  const { store, queries, forms } = connect(respond, { profile: 'inovex' })
  await store.series(['packetsIn'], 'a', window)
  domains[0] = 'd2'
  forms.length = 0
  t.same(await store.series(['packetsIn'], 'a', window), [[{ time: start + 60, usage: 1 }]])
  t.match(queries(), [/^last_over_time/, /domain=~"d1"/, /domain=~"d2"/])
  forms.length = 0
  await store.series(['packetsIn'], 'a', window)
  t.match(queries(), [/^last_over_time/, /domain=~"d2"/])
})

t.test('the info series of an instance are cached for a while, for ranges that they cover', async (t) => {
  const infos = [info('a', 'd1')]
  const { store, queries, forms, clock } = connect((form) => isInfo(form)
    ? vector(...infos.filter((one) => form.get('query')!.includes(one.instance_id)))
    : matrix(packets('d1'), packets('d2')), { profile: 'inovex', infoTtl: 30_000 })
  /** @returns the instances whose info series are read */
  const read = async (ids: string[], from = 0, project?: string, to = 600) => {
    forms.length = 0
    const part = { ...window, start: start + from, end: start + to }
    await Promise.all(ids.map((id) => store.series(['packetsIn'], id, part, project)))
    t.equal(forms.filter((form) => !isInfo(form)).length, 1)
    return queries().flatMap((query) => /instance_id=~"([^"]*)"/.exec(query!)?.[1] ?? [])
  }
  t.same(await read(['a', 'b']), ['a|b'])
  t.same(await read(['a', 'b'], 60), ['b'], 'there was none of b')
  infos.push(info('b', 'd2'))
  t.same(await read(['a', 'b'], 60), ['b'])
  t.same(await read(['a', 'b'], 60), [])
  t.same(await read(['a'], 60, 'p'), ['a'], 'of one project')
  t.same(await read(['a', 'b'], 0), ['b'], 'from an earlier time on')
  t.same(await read(['a', 'b'], 60, undefined, 660), ['a|b'], 'to a later time')
  t.same(await read(['a', 'b'], 60), [])
  clock.seconds += 30
  t.same(await read(['a', 'b'], 60), ['a|b'])
  t.same(await read(['a', 'b'], 60), [])
  clock.seconds -= 31
  t.same(await read(['a', 'b'], 60), ['a|b'], 'the clock was set back')
  clock.seconds = start + 3_590
  t.same(await read(['a', 'b'], 600, undefined, 3_600), ['a|b'])
  clock.seconds += 20
  t.same(await read(['a', 'b'], 660, undefined, 3_660), [], 'it was read up to the present')
})

t.test('where only the info metric has the project, data is read beside it', async (t) => {
  const device = (device: string, uuid: string): [Record<string, string>, Values] => [
    { __name__: 'libvirtd_domain_block_read_bytes', device, uuid, instance: 'h' },
    [[start, 0], [start + 10, 10_240]]
  ]
  const project = { __name__: 'libvirtd_domain_seconds', uuid: 'a', instance: 'h', project_id: 'p' }
  const respond: Respond = (form) => isInfo(form)
    ? vector(project)
    : matrix(device('vda', 'a'), device('vdb', 'a'), device('vda', 'b'))
  const { store, queries } = connect(respond, { profile: 'libvirtd' })
  const read = async (id: string, project?: string) =>
    (await store.series(['diskRead'], id, window, project))[0]!.map(({ usage }) => usage)
  t.same(await Promise.all([read('a', 'p'), read('b', 'p')]), [[2], []])
  t.match(queries(), [
    'last_over_time(libvirtd_domain_seconds{uuid=~"a|b",project_id="p"}[1200s])', /uuid=~"\(a\|b\)"/
  ])
  t.same(await Promise.all([read('a'), read('b')]), [[2], [1]])
  t.equal(queries().length, 3, 'without a project there is nothing to check')
})

t.test('a failed info query fails the read, also where its data is read beside it', async (t) => {
  let fails = false
  const failure = new UpstreamError('metrics', 'timeout', 'did not respond within its time limit')
  const respond: Respond = (form) => isInfo(form)
    ? (fails ? failure : vector(info('a', 'd1')))
    : matrix(packets('d1'))
  const { store } = connect(respond, { profile: 'inovex' })
  await store.series(['packetsIn'], 'a', window)
  fails = true
  await t.rejects(store.series(['packetsIn'], 'a', window), failure)
  await t.rejects(store.series(['packetsIn'], 'b', window), failure)
})

t.test('a metric that the exporter has not is empty, without a query', async (t) => {
  const { store, forms } = connect(() => matrix(), { profile: 'debian' })
  t.same(await store.series(['memory'], 'a', window), [[]])
  t.same(await store.latest(['cpu', 'memory'], [], 0), [new Map(), new Map()])
  t.equal(forms.length, 0)
})

t.test('latest usages are read in one query, of twice the maximum age', async (t) => {
  const series = (name: string, uuid: string, values: Values): [Record<string, string>, Values] =>
    [{ __name__: `libvirt_domain_info_${name}`, uuid }, values]
  const { store, queries } = connect(() => matrix(
    series('cpu_time_seconds_total', 'a', [[start + 39_900, 0], [start + 39_990, 45]]),
    series('virtual_cpus', 'a', [[start + 39_900, 2], [start + 39_980, 2]]),
    series('cpu_time_seconds_total', 'b', [[start + 39_700, 0], [start + 39_800, 45]]),
    series('virtual_cpus', 'b', [[start + 39_980, 2]]),
    series('cpu_time_seconds_total', 'unwanted', [[start + 39_900, 0], [start + 39_990, 45]])
  ), { profile: 'debian' })
  const [cpu, memory] = await store.latest(['cpu', 'memory'], ['a', 'b', 'c'], (start + 39_880) * 1000)
  t.same([...cpu!], [['a', { usage: 25, time: start + 39_980 }]])
  t.equal(memory!.size, 0)
  t.match(queries(), [/uuid=~"\(a\|b\|c\)"\}\[243s\]$/])
})

t.test('a latest usage does not need the metrics that only older guests have', async (t) => {
  const gauge = (name: string, value: number): [Record<string, string>, Values] => [
    { __name__: `libvirt_domain_memory_stats_${name}_bytes`, domain: 'd1', instance: 'h' },
    [[start + 39_990, value]]
  ]
  const respond: Respond = (form) =>
    isInfo(form) ? vector(info('a', 'd1')) : matrix(gauge('usable', 30), gauge('available', 40))
  const { store } = connect(respond, { profile: 'inovex' })
  const [, memory] = await store.latest(['cpu', 'memory'], ['a'], (start + 39_880) * 1000, 'p')
  t.same([...memory!], [['a', { usage: 25, time: start + 39_990 }]])
})

t.test('an impossible usage is left out', async (t) => {
  const samples = (name: string, values: number[]): [Record<string, string>, Values] => [
    { __name__: `libvirt_domain_${name}`, domain: 'd1', instance: 'h' },
    values.map((value, i) => [start + 39_800 + 60 * i, value])
  ]
  const respond: Respond = (form) => isInfo(form)
    ? vector(info('a', 'd1'))
    : matrix(
      samples('memory_stats_usable_bytes', [256, 257, 256, 513]),
      samples('memory_stats_available_bytes', [512, 512, -1, 512]),
      samples('block_stats_read_bytes_total', [0, 60 * 1024, 1e18, 1e18 + 60 * 2048]),
      // A counter that falls by a little was not reset.
      samples('info_cpu_time_seconds_total', [1e6, 1e6 + 90, 1e6 + 89, 1e6 + 119]),
      samples('info_virtual_cpus', [1, 1, 1, 1])
    )
  const { store } = connect(respond, { profile: 'inovex' })
  const window = { start: start + 39_780, end: start + 40_020, step: 60 }
  const [first, second, , last] = [0, 60, 120, 180].map((seconds) => window.start + seconds)
  t.same(await store.series(['memory', 'diskRead'], 'a', window, 'p'), [
    [{ time: first, usage: 50 }, { time: second, usage: 49.8 }],
    [{ time: second, usage: 1 }, { time: last, usage: 2 }]
  ])
  t.same(await store.series(['cpu'], 'a', window, 'p'), [
    [{ time: second, usage: 100 }, { time: last, usage: 50 }]
  ], 'up to 200 % are those of a busy instance')
  const [memory, reads] = await store.latest(['memory', 'diskRead'], ['a'], (start + 39_780) * 1000, 'p')
  t.same([...memory!], [])
  t.same([...reads!], [['a', { usage: 2, time: start + 39_980 }]])
})

t.test('a list of instances that is too long for a query is read in several', async (t) => {
  const ids = Array.from({ length: 600 }, (_, i) => String(i).padStart(36, '0'))
  const idLists = async (since: number, limits = {}) => {
    const { store, forms } = connect(() => matrix(), { profile: 'debian', limits })
    await store.latest(['cpu'], ids, since)
    t.same(forms.flatMap(idsIn), ids)
    for (const form of forms) t.ok(form.get('query')!.length <= 12_000)
    return forms.map((form) => idsIn(form).length)
  }
  t.same(await idLists((start + 39_880) * 1000), [250, 250, 100])
  t.same(await idLists((start + 39_880) * 1000, { bytes: 5_000 }), [124, 124, 124, 124, 104])
  t.equal((await idLists((start + 36_400) * 1000))[0], 57, 'an hour, and ten minutes before it')
  t.equal((await idLists(0))[0], 1)
})

t.test('the latest usage of an exporter that repeats its polls is that of two polls', async (t) => {
  const poll = (name: string, value: (poll: number) => number): [Record<string, string>, Values] => [
    { __name__: `ceilometer_${name}`, resource: 'a' },
    Array.from({ length: 40 }, (_, i) => start + 38_000 + i * 50).map(
      (seconds) => [seconds, value(Math.floor(seconds / 300))]
    )
  ]
  const { store, queries } = connect(() => matrix(
    poll('cpu', (number) => number * 150e9), poll('vcpus', () => 2)
  ), { profile: 'ceilometer' })
  const [cpu] = await store.latest(['cpu'], ['a'], (start + 39_400) * 1000)
  t.same([...cpu!], [['a', { usage: 25, time: start + 39_900 }]])
  t.match(queries(), [/\[1502s\]$/])
  // The exporter alone writes samples: the project of each instance adds nothing.
  await store.latest(['cpu'], ['a'], (start + 39_400) * 1000, new Map([['a', 'p']]))
  t.equal(queries()[1], queries()[0])
})

t.test('the projects of an instance are those of its series', async (t) => {
  const labels = (key: string, ...projects: Array<string | undefined>) =>
    ({ status: 'success', data: projects.map((project) => project === undefined ? {} : { [key]: project }) })
  const { store, forms, requests } = connect(() => labels('project_id', 'p', 'q', 'p', '', undefined), {
    profile: 'inovex'
  })
  t.same(await store.projectsOf('a'), ['p', 'q'])
  t.equal(requests[0]!.url, 'http://p/api/v1/series')
  t.match(Object.fromEntries(forms[0]!), {
    'match[]': 'libvirt_domain_openstack_info{instance_id=~"a"}',
    start: String(start + 40_000 - 400 * 86_400),
    end: String(start + 40_000)
  })
  const { store: labelled, forms: others } = connect(() => labels('project', 'p'), { profile: 'ceilometer' })
  t.same(await labelled.projectsOf('a'), ['p'])
  t.match(others[0]!.get('match[]'), /ceilometer_cpu\|.*resource=~"\(a\)\|\(a\)-\[\^-\]\+\|/)
  t.same(await connect(() => new Error(), { profile: 'debian' }).store.projectsOf('a'), [])
})

t.test('the exporter is searched once, and again every 10 s until there is one', async (t) => {
  const found: string[] = []
  const respond: Respond = (form) => form.get('query')!.startsWith('count')
    ? vector(...found.map((__name__) => ({ __name__ })))
    : matrix()
  const { store, clock, forms, detected } = connect(respond)
  const read = () => store.series(['diskRead'], 'a', window)
  const none = { message: 'metrics: has no metrics of a known exporter: set METRICS_PROFILE' }
  await Promise.all([t.rejects(read(), none), t.rejects(read(), none)])
  clock.seconds += 9.9
  await t.rejects(read(), none)
  t.equal(forms.length, 1)
  found.push('ceilometer_cpu', 'libvirtd_domain_vcpu_time')
  clock.seconds += 0.1
  t.same(await read(), [[]])
  clock.seconds += 1e6
  found.unshift('libvirt_domain_openstack_info')
  t.same(await read(), [[]])
  t.same(forms.map((form) => form.get('query')!.startsWith('count')), [true, true, false, false])
  t.same(detected, [['libvirtd', 'ceilometer']])
})

t.test('a store that is down is searched again at the next read', async (t) => {
  let down = true
  const failure = new UpstreamError('metrics', 'unreachable', 'cannot be reached')
  const { store } = connect(() => down ? failure : vector({ __name__: 'ceilometer_cpu' }))
  await t.rejects(store.projectsOf('a'), failure)
  down = false
  await t.rejects(store.projectsOf('a'), { message: /a list of series/ }, 'the exporter is known')
})

t.test('the check is a query', async (t) => {
  const one = { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } }
  const { store, forms } = connect(() => one)
  await store.check()
  t.match(Object.fromEntries(forms[0]!), { query: '1', time: String(start + 40_000) })
  await t.rejects(connect(() => ({})).store.check(), { message: /unexpected format/ })
  t.equal(store.queued(), 0)
})

t.test('an hour of 100 instances is one request a usage', async (t) => {
  const ids = Array.from({ length: 100 }, (_, i) => `i${i}`)
  const hour = { start, end: start + 3_600, step: 120 }
  const respond: Respond = (form) => matrix(...idsIn(form).map((id) => reads(id, 1_024)))
  const { store, forms } = connect(respond, { profile: 'debian' })
  const lists = await store.seriesOfMany(['diskRead', 'memory'], ids, hour)
  t.same(lists, ids.map(() => [[{ time: start, usage: 1 }], []]))
  t.same(forms.map(idsIn), [ids])
  t.same(await store.seriesOfMany(['diskRead'], [], hour), [])
  await store.seriesOfMany(['cpu'], ids, hour)
  await store.seriesOfMany(['networkIn', 'networkOut'], ids, hour)
  t.equal(forms.length, 3)

  const { store: memory, queries } = connect(() => vector(), { profile: 'inovex' })
  await memory.seriesOfMany(['memory'], ids, hour, 'p')
  t.match(queries(), [/^last_over_time/], 'no data is read of instances that the info metric does not have')
})

t.test('many instances are read in several requests where one would be too large', async (t) => {
  const ids = Array.from({ length: 40 }, (_, i) => `i${i}`)
  const respond: Respond = (form) => matrix(...idsIn(form).map((id) => reads(id, 1_024)))
  const { store, forms } = connect(respond, { profile: 'debian', bulkLimits: { work: 1_200 * 15 } })
  const lists = await store.seriesOfMany(['diskRead'], ids, window)
  t.same(lists, ids.map(() => [[{ time: start, usage: 1 }]]))
  t.same(forms.map((form) => idsIn(form).length), [15, 15, 10])
  t.equal(store.queued(), 0)
})

t.test('series are of the given project alone where the exporter names one', async (t) => {
  t.equal(await connect(() => matrix(), { profile: 'inovex' }).store.bindsProject(), true)
  t.equal(await connect(() => matrix(), { profile: 'debian' }).store.bindsProject(), false)
})
t.test('a long window is read by aggregates of each metric, beside one bucket of samples', async (t) => {
  const end = start - start % 7_200 + 7_200 * 6
  const long = { start: end - 30 * 86_400, end, step: 7_200 }
  const labels = { uuid: 'a', instance: 'h' }
  const range = (name: string, aggregate: string, value: (time: number) => number) => [
    { ...labels, openstack_monitoring_aggregate: `libvirt_domain_${name} ${aggregate}` },
    Array.from({ length: 360 }, (_, i) => long.start + i * 7_200).map((time) => [time, value(time)])
  ] as [Record<string, string>, Values]
  const samples = (name: string, value: (time: number) => number): [Record<string, string>, Values] => [
    { __name__: `libvirt_domain_${name}`, ...labels },
    Array.from({ length: 130 }, (_, i) => end - 7_793 + i * 60).map((time) => [time, value(time)])
  ]
  const cpu = 'info_cpu_time_seconds_total'
  const { store, forms, requests, queries } = connect((form, path) => path === 'query'
    ? matrix(samples(cpu, (time) => time / 2), samples('info_virtual_cpus', () => 2))
    : matrix(
      range(cpu, 'value', (time) => time / 2), range(cpu, 'resets', () => 0), range(cpu, 'count', () => 120),
      range('info_virtual_cpus', 'mean', () => 2), range('info_virtual_cpus', 'max', () => 2)
    ), { profile: 'debian' })
  const [buckets] = await store.series(['cpu'], 'a', long)
  t.equal(buckets!.length, 360)
  t.ok(buckets!.every(({ usage }) => usage === 25))
  const paths = requests.map(({ url }) => url.replace(/^.*\//, ''))
  t.same(paths, ['query', 'query_range', 'query_range', 'query_range'])
  t.match(Object.fromEntries(forms[1]!), {
    start: String(end - 65 * 7_200), end: String(end - 7_200), step: '7200', nocache: '1'
  })
  const of = (name: string) => `({__name__=~"libvirt_domain_${name}",uuid=~"(a)"}`
  const tagged = (text: string, name: string, aggregate: string) => `label_replace(${text}, ` +
    `"openstack_monitoring_aggregate", "libvirt_domain_${name} ${aggregate}", "", "")`
  t.same(queries()[1]!.split(' or '), [
    tagged(`last_over_time${of(cpu)}[3000ms] offset 51500ms)`, cpu, 'value'),
    tagged(`resets${of(cpu)}[7254499ms] offset 1ms)`, cpu, 'resets'),
    tagged(`count_over_time${of(cpu)}[7200000ms] offset 1ms)`, cpu, 'count'),
    tagged(`avg_over_time${of('info_virtual_cpus')}[7200000ms] offset 1ms)`, 'info_virtual_cpus', 'mean'),
    tagged(`max_over_time${of('info_virtual_cpus')}[7200000ms] offset 1ms)`, 'info_virtual_cpus', 'max')
  ])
})

/** A result of a value for each of the label sets. */
const valued = (...series: Array<[labels: Record<string, string>, value: number]>) => ({
  status: 'success',
  data: {
    resultType: 'vector', result: series.map(([metric, value]) => ({ metric, value: [0, String(value)] }))
  }
})
const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

t.test('ranks by the labels of the series themselves, with the devices that are in them', async (t) => {
  const disk = (n: number, device: string, bytes: number): [Record<string, string>, number] =>
    [{ resource: `${uuid(n)}-${device}`, project: n === 3 ? 'q' : 'p', source: '0' }, bytes]
  const result = valued(
    disk(1, 'vda', 1024), disk(1, 'vdb', 1024), disk(2, 'vda', 3072), disk(3, 'vda', 4096),
    [{ resource: 'a host', source: '0' }, 1], [{ source: '0' }, 1], [{ resource: uuid(5) }, 1],
    [{ resource: uuid(5), source: 'none' }, 1], disk(2, 'vdb', NaN), disk(4, 'vda', -1024)
  )
  const { store, queries } = connect(() => result, { profile: 'ceilometer' })
  const ranking = { metrics: ['diskRead' as const], order: 'desc' as const, limit: 2, since: 0 }
  t.same(await store.top({ ...ranking, since: (start + 39_000) * 1000, projects: ['p'] }), {
    instances: [
      { instance: uuid(2), project: 'p', usage: 3 }, { instance: uuid(1), project: 'p', usage: 2 }
    ],
    exact: false
  })
  t.same(queries(), [
    'label_replace(rate(ceilometer_disk_device_read_bytes{project="p"}[900s]),"source","0","","")'
  ])
  t.match((await store.top({ ...ranking, projects: ['p', 'q'] })).instances, [
    { instance: uuid(3), project: 'q' }, { instance: uuid(2) }
  ])
  t.same(await store.top({ ...ranking, projects: [] }), { instances: [], exact: true })
})

t.test('ranks by the mean over vCPUs, with the project of the info series', async (t) => {
  const time = (n: number, vcpu: string, share: number): [Record<string, string>, number] =>
    [{ uuid: uuid(n), vcpu, source: '0' }, share * 1e9]
  const infos = vector({ uuid: uuid(1), project_id: 'p' }, { uuid: uuid(2), project_id: 'q' })
  const data = valued(time(1, '0', 0.5), time(1, '1', 0.3), time(2, '0', 0.6), time(3, '0', 0.9))
  const { store, queries } = connect((form) => isInfo(form) ? infos : data, { profile: 'libvirtd' })
  const since = (start + 39_880) * 1000
  const ranking = { metrics: ['cpu' as const], order: 'asc' as const, limit: 5, since }
  t.same((await store.top(ranking)).instances, [
    { instance: uuid(1), project: 'p', usage: 40 }, { instance: uuid(2), project: 'q', usage: 60 }
  ])
  t.match(queries(), [/\[120s\]/, 'last_over_time(libvirtd_domain_seconds{}[120s])'])
  t.same((await store.top({ ...ranking, projects: ['q'] })).instances.map(({ project }) => project), ['q'])
  t.match(queries().at(-1), '{project_id="q"}')
})

t.test('ranks without projects where the exporter names none, and not what it does not have', async (t) => {
  const result = valued([{ uuid: uuid(1), source: '0' }, 1024])
  const { store } = connect(() => result, { profile: 'debian' })
  const ranking = { order: 'desc' as const, limit: 5, since: start * 1000 }
  t.same((await store.top({ ...ranking, metrics: ['diskWrite'], projects: ['p'] })).instances, [
    { instance: uuid(1), project: undefined, usage: 1 }
  ])
  t.same(await store.top({ ...ranking, metrics: ['memory'] }), { instances: [], exact: true })
})
