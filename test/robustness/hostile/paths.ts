import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { TestRequest } from '#test/robustness/fuzz/requests.js'

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const get = (expected: number, urls: string[]): TestRequest[] =>
  urls.map((url) => ({ method: 'GET', url, expected }))

/** Requests for missing files, and for routes by wrong paths. */
export const paths = [
  ...get(404, [
    '/etc/passwd', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc%2fpasswd',
    '/..\\..\\etc\\passwd', '/.git/config', '/.env', '/package.json', '/docs/../package.json',
    '/docs/static/..%2f..%2fpackage.json', '/docs/static/file:/etc/passwd', '/docs/static/~root',
    '/v1/./openstack/projects/summary', '//evil.example/', '//evil.example//v1/openstack/projects/summary',
    '/\\evil.example', '/v1/openstack/projects//summary/x',
    '/v1/openstack/projects/summary;a=1', '/v1/openstack/projects/summary%20',
    '/v1/openstack/projects/summary.json', '/V1/openstack/projects/summary',
    '/v1/openstack/projects/SUMMARY', '/v1/openstack/projects/summary/..', `${base}/..%2fsummary`,
    `${base}/${demoProjectId}`, `${base}/${demoProjectId}/`,
    `${base}//instances?limit=5`, `${base}/${demoInstanceId}/cpuusage`,
    `${base}/${demoInstanceId}/__proto__`, `${base}/${demoInstanceId}/constructor`, '/__proto__',
    '/constructor', '/healthz/..', '/healthz/%2e%2e', '/healthz%00', '/metrics/../healthz',
    '/docs/static//etc/passwd', '/docs/static/....//....//package.json'
  ]),
  ...get(302, ['/', '///']),
  ...get(403, [
    '/ui/assets/%2e%2e', '/ui/assets/..%2findex.html', '/ui/assets/..%2f..%2fapp.js',
    '/docs/static/../../package.json', '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%5c..%5cpackage.json', '/docs/static/.', '/docs/static/%2e'
  ]),
  ...get(200, [
    '//v1/openstack/projects/summary', '/v1//openstack/projects/summary', '/v1/openstack/projects/summary/',
    `//${base}//${demoProjectId}//instances//?limit=5`, '/healthz/'
  ]),
  ...get(400, [
    '/%', '/%0', '/%zz', '/%u0041', '/%c0%ae%c0%ae/', '/%ff', '/%ed%a0%80', '/%f8%88%80%80%80',
    `${base}/%/cpuUsage?${range}`, `${base}/%ff/cpuUsage?${range}`, `${base}/%2e%2e/cpuUsage?${range}`,
    `${base}/%00/cpuUsage?${range}`, `${base}/%0d%0aX-Evil:%201/cpuUsage?${range}`,
    `${base}/%252e/cpuUsage?${range}`, `${base}/a%2fb/cpuUsage?${range}`, `${base}/;/cpuUsage?${range}`,
    `${base}/../cpuUsage?${range}`, `${base}/./cpuUsage?${range}`, `${base}/%2e%2e/summary`,
    `${base}/${'a'.repeat(7_000)}/cpuUsage?${range}`
  ])
]

const queries = [
  'limit=1&limit=2', 'limit=1&limit=1', 'limit[]=1', 'limit[0]=1', 'limit[$gt]=1', 'limit.a=1',
  'limit%5B%5D=1', 'limit%00=1', 'LIMIT=1', '%20limit=1', 'limit=1;marker=a', 'limit=1%26marker=a',
  'limit=1?marker=a', '__proto__=1', '__proto__[polluted]=1', '__proto__.polluted=1',
  '__proto__[toString]=1', 'constructor=1', 'constructor[prototype][polluted]=1', 'prototype=1',
  'hasOwnProperty=1', 'toString=1', 'valueOf=1', 'limit=%', 'limit=%zz', 'limit=%ff', '%ff=1', '%=1', '=1',
  '=', '&=&', `${'p'.repeat(7_000)}=1`, `limit=${'1'.repeat(7_000)}`,
  Array.from({ length: 900 }, (_, n) => `p${n}=1`).join('&'), 'a'.concat('&a'.repeat(3_000))
]

/**
 * Queries that parsers read differently: duplicate parameters, lists, objects, and names of properties that
 * every object has.
 */
export const ambiguousQueries = queries.flatMap((query) => get(400, [
  `${base}/summary?${query}`, `${base}/${demoProjectId}/instances?limit=5&${query}`,
  `${base}/${demoInstanceId}/cpuUsage?${range}&${query}`, `/healthz?${query}`
]))
