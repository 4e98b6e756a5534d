import t from 'tap'
import { parseWebsso } from '#lib/config/websso.js'

t.test('reads labels, protocols and providers', async (t) => {
  t.same(parseWebsso('Company login=openid, Google=google/openid'), [
    { id: '1', label: 'Company login', path: '/auth/OS-FEDERATION/websso/openid' },
    {
      id: '2',
      label: 'Google',
      path: '/auth/OS-FEDERATION/identity_providers/google/protocols/openid/websso'
    }
  ])
  t.same(parseWebsso(), [])
})

t.test('rejects anything else', async (t) => {
  for (const setting of ['openid', '=openid', 'A=', 'A=b/c/d', 'A=..%2f', 'A=b?c', 'A=b c', 'A=/openid']) {
    t.throws(() => parseWebsso(setting), { name: 'InvalidSetting', message: /^WEBSSO must be / }, setting)
  }
})
