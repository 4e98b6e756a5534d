import t from 'tap'
import { buildCloud, type Cloud } from '#simulator/cloud.js'
import { isSent, lastSent, storedSampleRange, measurements, samplersOf } from '#simulator/series.js'

const now = 1_777_896_000
const cloud = buildCloud(50, 500, now)
const running = cloud.instances.filter(({ status }) => status === 'ACTIVE')

t.test('samples are the same at every start, and within plausible limits', async (t) => {
  const again = buildCloud(50, 500, now)
  const at = Array.from({ length: 100 }, (_, k) => 118_000_000 + 57 * k)
  for (const name of Object.keys(measurements)) {
    const values = (cloud: Cloud) => running.slice(0, 40).map(({ id }) => {
      const instance = cloud.instancesById.get(id)!
      const max = /perc$/.test(name) ? 100 : name.startsWith('mem') ? instance.flavor.ram : 1e8
      return { max, samples: samplersOf(instance, name).flatMap((sample) => at.map(sample)) }
    })
    t.strictSame(values(cloud), values(again))
    t.ok(
      values(cloud).every(({ max, samples }) => samples.every((value) => value >= 0 && value <= max)), name
    )
  }
})

t.test('usage varies with the time of day', async (t) => {
  const [sample] = samplersOf(running[0]!, 'net.in_bytes_sec')
  const hour = (h: number) =>
    Array.from({ length: 240 }, (_, k) => sample!(5760 * 20_000 + 240 * h + k)).reduce((a, b) => a + b)
  t.ok(hour(15) > 2 * hour(3))
})

t.test('a stopped instance has no samples, and a new one only a few', async (t) => {
  const stopped = cloud.instances.filter(
    ({ status }) => status !== 'ACTIVE'
  ).map((instance) => storedSampleRange(instance, now * 1000))
  t.ok(stopped.length > 40 && stopped.every(({ first, last }) => last < first))
  const young = { ...running[0]!, launched: now - 20 }
  t.strictSame(storedSampleRange(young, now * 1000), { first: now / 15 - 1, last: now / 15 })
})

t.test('a few instances have only the percentage as memory metric', async (t) => {
  const percentOnly = running.filter((instance) => samplersOf(instance, 'mem.total_mb').length === 0)
  t.ok(percentOnly.length > 5 && percentOnly.length < running.length / 5)
  t.ok(percentOnly.every((instance) => samplersOf(instance, 'mem.free_perc').length === 1))
})

t.test('an outage of the agent leaves out the samples from its start until before its end', async (t) => {
  const first = 118_526_400
  const instance = { ...running[0]!, outage: { start: first * 15, end: (first + 3) * 15 } }
  for (const [n, sent, last] of [[-1, true, -1], [0, false, -1], [2, false, -1], [3, true, 3]] as const) {
    t.equal(isSent(instance, first + n), sent)
    t.equal(lastSent(instance, first + n), first + last)
  }
  t.equal(lastSent(running[0]!, first), first)
})
