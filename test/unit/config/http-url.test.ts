import t from 'tap'
import { isHttpUrl } from '#lib/config/http-url.js'

t.test('a URL with a host, a port and a path is valid', async (t) => {
  const urls = [
    'http://host', 'https://host/', 'HTTP://host', 'http://host:5000/v3', 'http://127.0.0.1:65535',
    'http://[::1]:5000/v3/', 'http://host//identity', 'http://host/v3/%(project_id)s', 'http://host/@me',
    'http://bücher.example/'
  ]
  for (const url of urls) t.ok(isHttpUrl(url), url)
})

t.test('any other text is invalid', async (t) => {
  const texts = [
    '', 'host', 'localhost:5000/v3', '//host', 'ftp://host', 'redis://host', 'file:///etc/passwd',
    'http://', 'http:///v3', 'http:host', 'http:/host', 'http:\\\\host', 'http://host\\v3', 'http://?',
    'http://:80', 'http://host:99999', 'http://host:0', 'http://host:-1', 'http://host:http',
    'http://[::1', 'http://::1', 'http://256.1.1.1', 'http://ho st', ' http://host', 'http://host ',
    'http://host\n', 'http://host/a b', 'http://ann@host', 'http://ann:secret@host', 'http://@host',
    'http://host?', 'http://host/?a=b', 'http://host#', 'http://host/v3#top', 'http://{region_name}/',
    'http://host/{project_id}', 'http://a,http://b', 'http://host%'
  ]
  for (const text of texts) t.notOk(isHttpUrl(text), JSON.stringify(text))
})
