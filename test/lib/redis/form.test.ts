import t from 'tap'
import { createAnswer } from '../../../lib/answers.js'
import { answerForm, quotaForm, seal, unseal } from '../../../lib/redis/form.js'

t.test('what is sealed is unsealed as it was', async (t) => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('text'), Buffer.from([0, 255, 10, 13])]) {
    t.same(unseal(seal(1_795_000_000_123.5, bytes)), { readAt: 1_795_000_000_123.5, bytes })
  }
})

t.test('what was changed or cut anywhere is not', async (t) => {
  const sealed = seal(1_795_000_000_123, Buffer.from('text'))
  for (let i = 0; i < sealed.length; i++) {
    t.equal(unseal(sealed.subarray(0, i)), undefined)
    const changed = Buffer.from(sealed)
    changed[i]! ^= 1
    t.equal(unseal(changed), undefined)
  }
  t.equal(unseal(Buffer.concat([sealed, Buffer.alloc(1)])), undefined)
})

t.test('an answer comes back with all that its headers tell', async (t) => {
  for (const facts of [{}, { asOf: 1_795_000_000_000 }, { link: '</v1/openstack/projects/summary?limit=1&projectName=%C3%A9&marker=x>; rel="next"' }]) {
    const answer = createAnswer('[{"name":"é\\n"}]\n', 'all', facts)
    t.same({ link: undefined, asOf: undefined, ...answerForm.unpack(answerForm.pack(answer)) }, answer)
  }
})

t.test('what is no answer is not one', async (t) => {
  const { etag } = createAnswer('[]', 'all')
  const heads = ['', '{', 'null', '[]', {}, { etag: 'W/"short"' }, { etag: `${etag}\n` }, { etag, asOf: null }, { etag, asOf: '1' }, { etag, link: 1 },
    { etag, link: '</a>' }, { etag, link: '</a>; rel="next"\r\nx: y' }, { etag, link: '</é>; rel="next"' }, { etag, link: '</a>,</b>; rel="next"' }]
  for (const head of heads) {
    const text = typeof head === 'string' ? head : JSON.stringify(head)
    t.equal(answerForm.unpack(Buffer.from(`${text}\n[]`)), undefined, text)
  }
  t.equal(answerForm.unpack(Buffer.from(JSON.stringify({ etag }))), undefined, 'without a body')
})

t.test('a quota is one of a service\'s, with all its numbers', async (t) => {
  const quota = { floatingIpsLimit: -1, floatingIpsUsed: 0, securityGroupsLimit: 10, securityGroupsUsed: 3 }
  t.same(quotaForm.unpack(quotaForm.pack(quota)), quota)
  const others = [{}, null, [], 1, { ...quota, securityGroupsUsed: '3' }, { ...quota, floatingIpsUsed: 0.5 }, { ...quota, more: 1 },
    { ...quota, instancesUsed: 1 }, { floatingIpsLimit: -1 }]
  for (const other of others) t.equal(quotaForm.unpack(Buffer.from(JSON.stringify(other))), undefined)
  t.equal(quotaForm.unpack(Buffer.from('{')), undefined)
})
