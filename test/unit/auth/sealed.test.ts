import { randomBytes } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { CompactEncrypt } from 'jose'
import t from 'tap'
import { createSealer } from '#lib/auth/sealed.js'

const clock = { time: 1_000 }
const [key, earlier, other] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const schema = Type.Object({ token: Type.String() })
const sealsWith = (...keys: Uint8Array[]) => createSealer(keys, () => clock.time)
const { seal, open } = sealsWith(key, earlier)('session', schema)
const value = { token: 'a secret' }

t.test('opens what it sealed, until it expires', async (t) => {
  const text = await seal(value, 2_000)
  t.same(await open(text), value)
  clock.time = 1_999
  t.same(await open(text), value)
  clock.time = 2_000
  t.equal(await open(text), undefined)
  clock.time = 1_000
})

t.test('shows nothing of the value, and seals it anew each time', async (t) => {
  const texts = await Promise.all([seal(value, 2_000), seal(value, 2_000)])
  t.not(texts[0], texts[1])
  for (const text of texts) {
    t.match(text, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    const parts = text.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    t.notOk(parts.some((part) => part.includes('secret')))
  }
})

t.test('opens with each key, and seals with the first one', async (t) => {
  const before = await sealsWith(earlier)('session', schema).seal(value, 2_000)
  t.same(await open(before), value)
  const text = await seal(value, 2_000)
  t.same(await sealsWith(key)('session', schema).open(text), value)
  t.equal(await sealsWith(earlier)('session', schema).open(text), undefined)
})

t.test('opens nothing else', async (t) => {
  const text = await seal(value, 2_000)
  const [head, , nonce, content, tag] = text.split('.')
  const plain = Buffer.from(JSON.stringify({ kind: 'session', expires: 2_000, value }))
  const cases: Record<string, string> = {
    nothing: '',
    'a token': 'gAAAAABsomething',
    'a changed text': [head, '', nonce, content!.replace(/^./, (c) => c === 'A' ? 'B' : 'A'), tag].join('.'),
    'a cut tag': [head, '', nonce, content, tag!.slice(0, -4)].join('.'),
    'another key': await sealsWith(other)('session', schema).seal(value, 2_000),
    'another kind': await sealsWith(key)('receipt', schema).seal(value, 2_000),
    'another format': await sealsWith(key)('session', Type.String()).seal('text', 2_000),
    'no JSON': await new CompactEncrypt(Buffer.from('text'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key),
    'no encryption': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${plain.toString('base64url')}.`
  }
  for (const [name, text] of Object.entries(cases)) t.equal(await open(text), undefined, name)
})

t.test('accepts no other algorithm', async (t) => {
  const plain = Buffer.from(JSON.stringify({ kind: 'session', expires: 2_000, value }))
  const wrapped = await new CompactEncrypt(plain)
    .setProtectedHeader({ alg: 'A256GCMKW', enc: 'A256GCM' }).encrypt(key)
  t.equal(await open(wrapped), undefined)
})
