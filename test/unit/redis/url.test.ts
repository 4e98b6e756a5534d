import t from 'tap'
import { parseRedisUrl } from '#lib/redis/url.js'

const server = { cluster: false, tls: false, database: 0, username: undefined, password: undefined }

t.test('the parts of a URL are parsed', async (t) => {
  const urls: Record<string, object> = {
    'redis://cache': { ...server, nodes: [{ host: 'cache', port: 6379 }] },
    'redis://127.0.0.1:80/': { ...server, nodes: [{ host: '127.0.0.1', port: 80 }] },
    'rediss://[::1]:6380/3': { ...server, tls: true, database: 3, nodes: [{ host: '::1', port: 6380 }] },
    'redis://:p%40ss,w%2Frd@cache': {
      ...server, password: 'p@ss,w/rd', nodes: [{ host: 'cache', port: 6379 }]
    },
    'redis://ann:secret@cache:1': {
      ...server, username: 'ann', password: 'secret', nodes: [{ host: 'cache', port: 1 }]
    },
    'redis+cluster://one': { ...server, cluster: true, nodes: [{ host: 'one', port: 6379 }] },
    'rediss+cluster://:secret@one:1,two,[::1]:3': {
      ...server,
      cluster: true,
      tls: true,
      password: 'secret',
      nodes: [{ host: 'one', port: 1 }, { host: 'two', port: 6379 }, { host: '::1', port: 3 }]
    }
  }
  for (const [url, address] of Object.entries(urls)) t.same(parseRedisUrl(url), address, url)
})

t.test('any other URL is rejected in one line that does not quote it', async (t) => {
  const urls = [
    'cache:6379', 'http://cache', 'redis:cache', 'redis://', 'redis:///3', 'redis://secret@cache',
    'redis://:secret@', 'redis://:%zz@cache', 'redis://:sec@ret@cache', 'redis://:secret@cache:port',
    'redis://:secret@cache:70000', 'redis://:secret@cache:0', 'redis://:secret@cache/name',
    'redis://:secret@cache/1/2', 'redis://:secret@cache?db=1', 'redis://:secret@cache#1',
    'redis://:secret@one,two', 'redis+cluster://:secret@one/1', 'redis+cluster://one,,two',
    'redis://ca che', 'redis+cluster://one,http://two', ' redis://cache', 'redis://cache\n'
  ]
  for (const url of urls) {
    t.throws(
      () => parseRedisUrl(url), { name: 'InvalidSetting', message: /^REDIS_URL must be redis:[^\n]*$/ }, url
    )
    t.throws(() => parseRedisUrl(url), { message: /^(?!.*secret)/ })
  }
})
