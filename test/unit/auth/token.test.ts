import t from 'tap'
import { requireToken, findToken } from '#lib/auth/token.js'

const fernet = `gAAAAAB${'kP-_'.repeat(44)}=`
const jws = `${'eyJ0'.repeat(40)}.${'x_-1'.repeat(300)}.${'A'.repeat(86)}`

t.test('accepts a token in X-Auth-Token, or as a bearer token', async (t) => {
  for (const token of [fernet, jws, '0123456789abcdef0123456789abcdef', 'x'.repeat(4_096)]) {
    for (const headers of [
      { 'x-auth-token': token },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer  ${token}` },
      { 'x-auth-token': '', authorization: `Bearer ${token}` },
      { 'x-auth-token': token, authorization: `Bearer ${token}` },
      { 'x-auth-token': token, authorization: 'Basic YTpi' }
    ]) {
      t.equal(requireToken(headers), token)
      t.equal(findToken(headers), token)
    }
  }
})

t.test('rejects a request without a token', async (t) => {
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
    t.notOk(findToken(headers))
  }
})

t.test('rejects a malformed token', async (t) => {
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

t.test('rejects two different tokens', async (t) => {
  t.throws(
    () => requireToken({ 'x-auth-token': fernet, authorization: `Bearer ${jws}` }),
    { name: 'InvalidParameters', errors: [{ parameter: 'X-Auth-Token' }] }
  )
})
