import t from 'tap'
import { buildCloud, type Cloud } from '#simulator/cloud.js'
import { storedSampleRange, measurements, samplersOf } from '#simulator/series.js'

const now = 1_777_896_000
const cloud = buildCloud(50, 500, now)
const running = cloud.instances.filter(({ status }) => status === 'ACTIVE')

t.test('samples are the same at every start, and between sane bounds', async (t) => {
  const again = buildCloud(50, 500, now)
  const at = Array.from({ length: 100 }, (_, k) => 118_000_000 + 57 * k)
  for (const name of Object.keys(measurements)) {
    const values = (cloud: Cloud) => running.slice(0, 40).map(({ id }) => {
      const instance = cloud.instancesById.get(id)!
      const most = /perc$/.test(name) ? 100 : name.startsWith('mem') ? instance.flavor.ram : 1e8
      return { most, of: samplersOf(instance, name).flatMap((sample) => at.map(sample)) }
    })
    t.strictSame(values(cloud), values(again))
    t.ok(values(cloud).every(({ most, of }) => of.every((value) => value >= 0 && value <= most)), name)
  }
})

t.test('a load goes up and down with the day', async (t) => {
  const [sample] = samplersOf(running[0]!, 'net.in_bytes_sec')
  const hour = (h: number) => Array.from({ length: 240 }, (_, k) => sample!(5760 * 20_000 + 240 * h + k)).reduce((a, b) => a + b)
  t.ok(hour(15) > 2 * hour(3))
})

t.test('what does not run has no samples, and what is new only a few', async (t) => {
  const resting = cloud.instances.filter(({ status }) => status !== 'ACTIVE').map((instance) => storedSampleRange(instance, now * 1000))
  t.ok(resting.length > 40 && resting.every(({ first, last }) => last < first))
  const young = { ...running[0]!, launched: now - 20 }
  t.strictSame(storedSampleRange(young, now * 1000), { first: now / 15 - 1, last: now / 15 })
})

t.test('a few instances have no other memory metric than the percentage', async (t) => {
  const few = running.filter((instance) => samplersOf(instance, 'mem.total_mb').length === 0)
  t.ok(few.length > 5 && few.length < running.length / 5)
  t.ok(few.every((instance) => samplersOf(instance, 'mem.free_perc').length === 1))
})
