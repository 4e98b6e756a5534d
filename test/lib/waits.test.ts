import t from 'tap'
import type { Role } from '../../lib/errors.js'
import { within } from '../../lib/request-context.js'
import { begin, sumWaits, waitFor, waitForCall } from '../../lib/waits.js'
import type { Waits } from '../../lib/waits.js'

const call = (role: Role, from: number, to: number) => ({ role, from, to })
const sum = (waits: Waits, from = 0, to = 100) => Object.fromEntries(sumWaits(waits, from, to))

t.test('counts calls of a role at the same time once', async (t) => {
  t.same(sum([]), {})
  t.same(sum([call('compute', 10, 30), call('compute', 20, 40), call('compute', 25, 28), call('network', 0, 5)]), { compute: 30, network: 5 })
  t.same(sum([call('compute', 50, 60), call('compute', 10, 20)]), { compute: 20 })
})

t.test('counts the time that somebody waited alone', async (t) => {
  t.same(sum([call('compute', 0, Infinity), call('network', 0, 5), call('metrics', 95, 200)], 10, 100), { compute: 90, network: 0, metrics: 5 })
})

t.test('counts what others have begun for each who waits, and once', async (t) => {
  const shared: Waits = [call('compute', 10, 20), [call('identity', 5, 10)]]
  t.same(sum([shared, shared, [shared], call('compute', 15, 30)]), { compute: 20, identity: 5 })
})

t.test('a read is known to who waits for it, and to nobody else', async (t) => {
  let answer = () => {}
  const gate = new Promise<void>((resolve) => { answer = resolve })
  const [first, second, third]: Waits[] = [[], [], []]
  const reading = within({ id: 'first', waits: first }, () => begin(() => waitForCall('compute', gate)))
  const both = [{ id: 'first', waits: first }, { id: 'second', waits: second }].map((context) => within(context!, () => waitFor(reading)))
  within({ id: 'third', waits: third }, () => begin(async () => {}))
  answer()
  await Promise.all(both)
  t.match([first, second, third], [[[{ role: 'compute', from: Number, to: Number }]], [[{ role: 'compute' }]], []])
})

t.test('remembers nothing where nobody asks', async (t) => {
  const reading = begin(async () => 'read')
  t.equal(await waitFor(reading), 'read')
  t.equal(await within({ id: 'a' }, () => waitForCall('compute', begin(async () => 'read'))), 'read')
  const waits: Waits = []
  await within({ id: 'b', waits }, () => waitFor(reading))
  t.same(waits, [])
})
