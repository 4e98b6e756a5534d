import t from 'tap'
import { parseProxies } from '#lib/config/proxies.js'
import type { Settings } from '#lib/config/settings.js'

const parse = (settings: Partial<Settings>) => parseProxies(settings as Settings)
const proxy = 'http://proxy.example.org:3128'

t.test('there is no proxy unless one is set, or where NO_PROXY names every host', async (t) => {
  for (const settings of [
    {},
    { NO_PROXY: 'example.org' },
    { HTTP_PROXY: proxy, NO_PROXY: '*' },
    { HTTPS_PROXY: proxy, NO_PROXY: 'a, *' }
  ]) t.equal(parse(settings), undefined)
})

t.test('a proxy is a URL of http or https; one without a scheme is of http', async (t) => {
  for (const [text, http] of [
    [proxy, proxy],
    ['proxy.example.org:3128', proxy],
    ['proxy', 'http://proxy'],
    ['user:pass@proxy:3128', 'http://user:pass@proxy:3128'],
    ['https://user:p%40ss@proxy', 'https://user:p%40ss@proxy'],
    ['HTTP://[::1]:3128', 'HTTP://[::1]:3128']
  ] as const) {
    t.match(parse({ HTTP_PROXY: text }), { http, https: undefined }, text)
    t.match(parse({ HTTPS_PROXY: text }), { http: undefined, https: http }, text)
  }
})

t.test('rejects any other proxy, and quotes no value', async (t) => {
  for (const text of [
    'socks5://hidden:hidden@proxy:1080',
    'http://',
    'http://hidden@:3128',
    'hidden:port',
    'http://hid%den:x@proxy'
  ]) {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) {
      const err = t.throws(() => parse({ [name]: text }), {
        name: 'InvalidSetting', message: new RegExp(`^${name} must be the URL of an HTTP proxy`)
      }, text) as unknown as Error
      t.notMatch(err.message, /hidden|\n/)
    }
  }
})

t.test('addresses of loopback and of NO_PROXY are called directly', async (t) => {
  const { isDirect, noProxy } = parse({
    HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8, 192.0.2.1 .example.org,2001:db8::/32,[2001:db9::1],10.1.1.1/99'
  })!
  for (const direct of [
    '127.0.0.1', '127.8.9.1', '[::1]', '10.255.0.1', '192.0.2.1', '[2001:db8:1::2]', '[2001:db9::1]'
  ]) t.equal(isDirect(direct), true, direct)
  for (const proxied of [
    '11.0.0.1', '192.0.2.2', '[2001:db9::2]', '[::2]', '10.0.0.1.example.org', 'keystone', 'localhost'
  ]) t.equal(isDirect(proxied), false, proxied)
  t.match(noProxy, /,\.example\.org,/)
  t.match(noProxy, /,localhost$/)
})
