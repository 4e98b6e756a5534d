import t from 'tap'
import { parseTrustedProxies, withoutPort } from '#lib/config/trusted-proxies.js'

t.test('trusts no proxy without a setting', async (t) => {
  for (const setting of [undefined, '', ' , ']) t.equal(parseTrustedProxies(setting), false)
})

t.test('recognises a proxy in each notation of its address, with or without a port', async (t) => {
  const setting = '10.0.0.0/8, 192.0.2.1,2001:db8::/32, ::1'
  const isTrusted = parseTrustedProxies(setting) as (entry: string) => boolean
  const trusted = [
    '10.1.2.3', '10.1.2.3:80', '::ffff:10.1.2.3', '[::ffff:10.1.2.3]:80', '192.0.2.1', '192.0.2.1:65535',
    '2001:db8::1', '2001:DB8:1::1', '[2001:db8::1]', '[2001:db8::1]:80', '::1', '0:0:0:0:0:0:0:1'
  ]
  for (const entry of trusted) t.equal(isTrusted(entry), true, entry)
  const others = [
    '11.0.0.1', '192.0.2.2', '2001:db9::1', '::2', '', 'proxy', '10.0.0', '10.0.0.1:80:80', '10.0.0.1:http',
    '[10.0.0.1', '::1%lo', '10.0.0.1, 10.0.0.2'
  ]
  for (const entry of others) t.equal(isTrusted(entry), false, entry)
})

t.test('rejects other texts than addresses and CIDRs', async (t) => {
  const invalid = [
    '1', 'true', 'proxy', '10.0.0.0/0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/8/8', '::/129',
    '2001:db8::/x', '10.0.0.1:80', '[::1]', 'fe80::1%eth0'
  ]
  for (const text of invalid) {
    t.throws(() => parseTrustedProxies(`10.0.0.1, ${text}`), {
      name: 'InvalidSetting',
      message: `TRUST_PROXY must be addresses and CIDRs, such as 10.0.0.0/8: "${text}" is neither`
    })
  }
})

t.test('cuts off a port, and nothing else', async (t) => {
  const entries = {
    '192.0.2.1': '192.0.2.1',
    '192.0.2.1:1': '192.0.2.1',
    '192.0.2.1:': '192.0.2.1',
    '2001:db8::1': '2001:db8::1',
    '::1': '::1',
    '[::1]': '::1',
    '[::1]:': '::1',
    '[::1]:49152': '::1',
    '[::1]x': '[::1]x',
    unknown: 'unknown',
    '': '',
    ':80': ':80'
  }
  for (const [entry, address] of Object.entries(entries)) t.equal(withoutPort(entry), address, entry)
})
