import t from 'tap'
import { seal, unseal } from '#lib/redis/sealed-value.js'

t.test('a sealed value is unsealed unchanged', async (t) => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('text'), Buffer.from([0, 255, 10, 13])]) {
    t.same(unseal(seal(1_795_000_000_123.5, bytes)), { fetchedAt: 1_795_000_000_123.5, bytes })
  }
})

t.test('a value that was changed, truncated or extended is not unsealed', async (t) => {
  const sealed = seal(1_795_000_000_123, Buffer.from('text'))
  for (let i = 0; i < sealed.length; i++) {
    t.equal(unseal(sealed.subarray(0, i)), undefined)
    const changed = Buffer.from(sealed)
    changed[i]! ^= 1
    t.equal(unseal(changed), undefined)
  }
  t.equal(unseal(Buffer.concat([sealed, Buffer.alloc(1)])), undefined)
})
