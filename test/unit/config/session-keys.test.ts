import t from 'tap'
import { parseSessionKeys } from '#lib/config/session-keys.js'

const [one, two] = [1, 2].map((byte) => Buffer.alloc(32, byte))
const text = (key?: Buffer) => key!.toString('base64url')

t.test('reads the keys in their order', async (t) => {
  t.same(parseSessionKeys(`${text(one)}, ${text(two)}`), [one, two])
})

t.test('makes a random one without a setting', async (t) => {
  const [key] = parseSessionKeys()
  t.equal(key!.length, 32)
  t.notSame(parseSessionKeys(), [key])
})
