import t from 'tap'
import { requireToken, findToken } from '#lib/auth/token.js'

const fernet = `gAAAAAB${'kP-_'.repeat(44)}=`
const jws = `${'eyJ0'.repeat(40)}.${'x_-1'.repeat(300)}.${'A'.repeat(86)}`

t.test('takes a token as OpenStack\'s clients send it, or as OAuth\'s do', async (t) => {
  for (const token of [fernet, jws, '0123456789abcdef0123456789abcdef', 'x'.repeat(4_096)]) {
    t.equal(requireToken({ 'x-auth-token': token }), token)
    t.equal(requireToken({ authorization: `Bearer ${token}` }), token)
    t.equal(requireToken({ authorization: `bearer  ${token}` }), token)
    t.equal(requireToken({ 'x-auth-token': '', authorization: `Bearer ${token}` }), token)
    t.equal(requireToken({ 'x-auth-token': token, authorization: `Bearer ${token}` }), token)
    t.equal(
      requireToken({ 'x-auth-token': token, authorization: 'Basic YTpi' }),
      token,
      'what is for somebody else is left to him'
    )
  }
})

t.test('knows nobody without a token', async (t) => {
  for (const headers of [
    {},
    { 'x-auth-token': '' },
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${fernet}` },
    { authorization: fernet }
  ]) {
    t.throws(
      () => requireToken(headers),
      { name: 'Unauthorized', message: /^there is no token/ },
      JSON.stringify(headers)
    )
  }
})

t.test('takes nothing for a token that cannot be one', async (t) => {
  for (const token of [
    'x'.repeat(4_097),
    '===',
    'a b',
    `${fernet}, ${fernet}`,
    'a\nb',
    'a\r\nx: y',
    '\0',
    'é',
    '😀',
    'a"b',
    'a=b',
    '%61',
    '[object Object]'
  ]) {
    t.throws(
      () => requireToken({ 'x-auth-token': token }),
      { name: 'Unauthorized', message: 'the token is not valid' },
      JSON.stringify(token.slice(0, 20))
    )
  }
  t.throws(() => requireToken({ 'x-auth-token': ['a', 'b'] }), { name: 'Unauthorized' })
})

t.test('tells without a word what a request brings', async (t) => {
  for (const headers of [
    { 'x-auth-token': fernet },
    { authorization: `bearer  ${fernet}` },
    { 'x-auth-token': '', authorization: `Bearer ${fernet}` }
  ]) {
    t.equal(findToken(headers), fernet)
  }
  for (const headers of [
    {}, { 'x-auth-token': '' }, { authorization: 'Bearer ' }, { authorization: `Basic ${fernet}` }
  ]) {
    t.notOk(findToken(headers))
  }
})

t.test('does not choose between two', async (t) => {
  t.throws(
    () => requireToken({ 'x-auth-token': fernet, authorization: `Bearer ${jws}` }),
    { name: 'InvalidParameters', errors: [{ parameter: 'X-Auth-Token' }] }
  )
})
