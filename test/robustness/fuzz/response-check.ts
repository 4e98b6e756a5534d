import { STATUS_CODES } from 'node:http'
import { canonicalUrl } from '#lib/http/request-url.js'
import { createCheck, createValidators, operationsOf } from '#test/support/openapi-contract.js'
import type { ReceivedResponse, Document } from '#test/support/openapi-contract.js'
import type { TestRequest } from './requests.js'

interface ParameterError { parameter: string, message: string }

interface Problem {
  title: string
  status: number
  instance: string
  errors?: ParameterError[]
}

/** Statuses of requests that are rejected before routing, so that no operation documents them. */
const beforeRouting = [414, 417]

/** Routes that are not in the document: the document itself, and the pages. */
const undocumented = /^\/($|(docs|ui)($|\/)|openapi\.(json|yaml)$)/

/**
 * Creates a function that checks a response against the OpenAPI document and the conventions of the service.
 * @returns a function that returns the error of a response, or `undefined` without one
 */
export function createResponseCheck (document: Document) {
  const check = createCheck(document)
  const validate = createValidators(document)
  const operations = operationsOf(document).map(([path, { parameters = [] }]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
    names: parameters.map(({ name }) => name)
  }))

  return ({ method, url, expected }: TestRequest, response: ReceivedResponse) => {
    const { statusCode: status, headers, body } = response
    const [path, query = ''] = split(url)
    const routedUrl = canonicalUrl(url)
    const [routedPath] = split(routedUrl)
    const operation = operations.find(({ pattern }) => pattern.test(routedPath))
    if (status >= 500) return `an error of the service: ${status}`
    // Some requests have an `If-None-Match` that matches.
    const equivalent = status === 304 ? 200 : status
    if (expected !== undefined && equivalent !== expected) return `${status} instead of ${expected}`
    if (!/^req-[0-9a-f-]{36}$/.test(String(headers['x-openstack-request-id']))) return 'no request id'
    if (undocumented.test(routedPath) && [200, 206, 301, 302, 304].includes(status)) return
    if (status < 400) {
      if (method === 'HEAD') return
      if (method === 'OPTIONS' && status === 204 && headers.allow === 'GET, HEAD, OPTIONS') return
      return method === 'GET' ? check(routedUrl, response) : `${status} to ${method}`
    }

    if (!/^application\/problem\+json(;|$)/.test(String(headers['content-type']))) {
      return `${status} without a problem: ${headers['content-type']}`
    }
    if (body === '' && method === 'HEAD') return
    const problem = JSON.parse(body) as Problem
    const invalid = validate({ $ref: '#/components/schemas/Problem' }, problem)
    if (invalid) return invalid
    if (problem.status !== status || problem.title !== STATUS_CODES[status]) {
      return 'a problem with another status'
    }
    if (problem.instance !== path) return `a problem with another path: ${problem.instance}`
    if (body.length > 6_000 + 8 * path.length) return `a problem of ${body.length} characters`
    if (operation === undefined || method !== 'GET' || beforeRouting.includes(status)) return
    if (status === 400 && !isDecodable(path)) return
    const undocumentedResponse = check(routedUrl, response)
    if (undocumentedResponse !== undefined || status !== 400) return undocumentedResponse
    return wrongNameIn(problem.errors ?? [], namesIn(query), operation.names)
  }
}

const split = (url: string) => {
  const at = url.indexOf('?')
  return at === -1 ? [url] as const : [url.slice(0, at), url.slice(at + 1)] as const
}

/** Whether every escape of a path is valid. A path with an invalid one is rejected before routing. */
function isDecodable (path: string) {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** The parameter names in a query, as different parsers read them, and those of them that have a value. */
function namesIn (query: string) {
  const raw = query.split('&')
    .map((part) => [part.split('=', 1)[0]!, part.includes('=') && !part.endsWith('=')])
  // URLSearchParams drops a leading question mark, which may be a part of the first name.
  const names = [...raw, ...new URLSearchParams(`?${query}`)] as Array<[name: string, value: unknown]>
  const cut = (pairs: typeof names) => pairs.map(([name]) => name.slice(0, 64))
  return { sent: cut(names), withValue: cut(names.filter(([, value]) => value)) }
}

/**
 * Checks that each invalid parameter is in the request, and that each missing one is not.
 * Path parameters are in every request.
 */
function wrongNameIn (
  errors: ParameterError[], { sent, withValue }: ReturnType<typeof namesIn>, known: string[]
) {
  if (errors.length === 0 || errors.length > 20) return `${errors.length} invalid parameters`
  const wrong = errors.find(({ parameter, message }) => message.startsWith('is missing')
    ? !known.includes(parameter) || withValue.includes(parameter)
    : !sent.includes(parameter) && !['instanceId', 'projectId'].includes(parameter))
  return wrong && `${wrong.parameter} ${wrong.message}, which contradicts the request`
}
