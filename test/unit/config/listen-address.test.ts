import t from 'tap'
import { hostInUrl, parseManagementAddress } from '#lib/config/listen-address.js'

const parse = (MANAGEMENT_LISTEN?: string, PORT = 8080) => parseManagementAddress({ MANAGEMENT_LISTEN, PORT })

t.test('parses an address and a port', async (t) => {
  t.equal(parse(), undefined)
  t.same(parse('127.0.0.1:9090'), { host: '127.0.0.1', port: 9090 })
  t.same(parse('monitoring.example.org:65535'), { host: 'monitoring.example.org', port: 65535 })
  t.same(parse('[2001:db8::1]:9090'), { host: '2001:db8::1', port: 9090 })
  t.same(parse('[::]:0', 0), { host: '::', port: 0 })
})

t.test('rejects a port that does not exist, and that of the public listener', async (t) => {
  const name = 'InvalidSetting'
  t.throws(() => parse('127.0.0.1:65536'), {
    name, message: /^MANAGEMENT_LISTEN must have a port up to 65535$/
  })
  t.throws(() => parse('10.0.0.5:8080'), {
    name, message: /^MANAGEMENT_LISTEN must have another port than PORT, which is 8080$/
  })
})

t.test('an IPv6 address is in brackets in a URL', (t) => {
  t.same(['127.0.0.1', '::1'].map(hostInUrl), ['127.0.0.1', '[::1]'])
  t.end()
})
