import fc from 'fast-check'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { text } from './values.js'

const names = fc.constantFrom(
  'limit', 'marker', 'hostname', 'projectName', 'groupBy', 'defaultTimeRange', 'timeRangeFrom',
  'timeRangeTo'
)

/** Unexpected parts of a query: duplicate, unknown or oddly written parameters, and texts that are none. */
export const oddQueryPart: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(names, text).map(([name, text]) => `${name}=${encodeURIComponent(text)}`),
  fc.tuple(text, text).map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`),
  fc.tuple(names, fc.constantFrom('[]', '[0]', '[a]', '.a', '%20', '%00', '%09', '%5B%5D'))
    .map(([name, suffix]) => `${name}${suffix}=1`),
  names,
  fc.constantFrom(
    '__proto__=1', '__proto__[a]=1', '__proto__.a=1', 'constructor=1', 'constructor[prototype][a]=1',
    'hasOwnProperty=1', 'toString'
  ),
  fc.constantFrom(
    '&', '=', '=1', '%', '%=%', '%f=%f', '%ff=%ff', '%ED%A0%80=1', ';limit=1', '?limit=1', 'LIMIT=1',
    'limit=1;marker=1', 'limit%3D1', '#'
  ),
  fc.integer({ min: 21, max: 200 })
    .map((count) => Array.from({ length: count }, (_, n) => `p${n}=1`).join('&'))
)

const basePaths = fc.constantFrom(
  '/', '/v1', '/v1/openstack', '/v1/openstack/projects', '/v1/openstack/projects/',
  `/v1/openstack/projects/${demoProjectId}`, `/v1/openstack/projects/${demoInstanceId}/cpuUsage`,
  '/v1/openstack/projects/summary', '/docs', '/docs/', '/docs/static', '/docs/static/', '/docs/json',
  '/docs/static/index.html', '/docs/static/swagger-ui.css', '/openapi.json', '/healthz', '/readyz',
  '/metrics'
)
const steps = fc.oneof(
  fc.constantFrom(
    '/', '//', '/.', '/..', '/../..', '/%2e%2e', '/..%2f..%2f..%2fetc%2fpasswd', '/%2F', '%2F', '/%5c..',
    '\\..\\', '/%00', '%00', '/%', '%', '/%zz', '/%c0%ae%c0%ae', '/;a=1', ';a', '/*', '/:id', '/instances',
    '/cpuUsage', '/CPUUSAGE', '/cpuUsage/', '.json', '/index.html', '~', '/.git/config', '/__proto__',
    '/constructor'
  ),
  text.map((text) => `/${encodeURIComponent(text)}`),
  text.map((text) => `/${text}`),
  fc.integer({ min: 100, max: 17_000 }).map((length) => `/${'a'.repeat(length)}`)
)

/** Requests for unknown paths, and for known paths in unusual notations. */
export const oddRequest = fc.tuple(basePaths, fc.array(steps, { maxLength: 3 }), fc.option(oddQueryPart))
  .map(([path, steps, query]) => ({
    method: 'GET',
    url: `${path}${steps.join('')}${query === null ? '' : `?${query}`}`
  }))
  .filter(({ url }) => URL.canParse(url, 'http://localhost'))
