import { STATUS_CODES } from 'node:http'
import { createCheck, createValidators, operationsOf } from '#test/support/openapi-contract.js'
import type { ReceivedResponse, Document } from '#test/support/openapi-contract.js'
import type { Asked } from './requests.js'

interface Problem {
  title: string
  status: number
  instance: string
  errors?: Array<{ parameter: string, message: string }>
}

/** What a request may be refused with for its form, before there is a route whose document tells of it. */
const formal = [414, 417]

/** Routes that are not in the document: the document itself, and the page that shows it. */
const shown = /^\/(docs($|\/)|openapi\.(json|yaml)$)/

/** What is wrong with the answer to a request as it arrived; `undefined` where nothing is. */
export function createJudge (document: Document) {
  const check = createCheck(document)
  const complain = createValidators(document)
  const operations = operationsOf(document).map(([path, { parameters = [] }]) =>
    ({
      pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
      names: parameters.map(({ name }) => name)
    }))

  return ({ method, url, expected }: Asked, answer: ReceivedResponse) => {
    const { statusCode: status, headers, body } = answer
    const [path, query = ''] = cut(url)
    const operation = operations.find(({ pattern }) => pattern.test(path))
    if (status >= 500) return `a fault of the service: ${status}`
    // Some of those who ask send an `If-None-Match` that holds.
    const met = status === 304 ? 200 : status
    if (expected !== undefined && met !== expected) return `${status} and not ${expected}`
    if (!/^req-[0-9a-f-]{36}$/.test(String(headers['x-openstack-request-id']))) return 'no id of the request'
    if (shown.test(path) && [200, 206, 301, 302, 304].includes(status)) return
    if (status < 400) {
      return method === 'GET' ? check(url, answer) : method === 'HEAD' ? undefined : `${status} to ${method}`
    }

    if (!/^application\/problem\+json(;|$)/.test(String(headers['content-type']))) {
      return `${status} is no problem: ${headers['content-type']}`
    }
    if (body === '' && method === 'HEAD') return
    const problem = JSON.parse(body) as Problem
    const wrong = complain({ $ref: '#/components/schemas/Problem' }, problem)
    if (wrong) return wrong
    if (problem.status !== status || problem.title !== STATUS_CODES[status]) {
      return 'a problem of another status'
    }
    if (problem.instance !== path) return `a problem of another path: ${problem.instance}`
    if (body.length > 6_000 + 8 * path.length) return `a problem of ${body.length} characters`
    if (operation === undefined || method !== 'GET' || formal.includes(status)) return
    if (status === 400 && !legible(url)) return
    return check(url, answer) ?? (status === 400
      ? misnamed(
        problem.errors ?? [], namesIn(query), operation.names
      )
      : undefined)
  }
}

const cut = (url: string) => {
  const at = url.indexOf('?')
  return at === -1 ? [url] as const : [url.slice(0, at), url.slice(at + 1)] as const
}

/** Whether the path means something: a broken escape in it is refused before there are parameters. */
function legible (url: string) {
  try {
    decodeURIComponent(cut(url)[0])
    return true
  } catch {
    return false
  }
}

/** Names in a query, as each of those who read queries may understand them. */
function namesIn (query: string) {
  const raw = query.split('&').map((part) => part.split('=', 1)[0]!)
  // It takes a first question mark for none of the query's own.
  return [...raw, ...new URLSearchParams(`?${query}`).keys()].map((name) => name.slice(0, 64))
}

/**
 * What is wrong with the names of bad parameters: each was sent, or is missing and was not. Those of the path
 * are always sent.
 */
function misnamed (errors: Array<{ parameter: string, message: string }>, sent: string[], known: string[]) {
  if (errors.length === 0 || errors.length > 20) return `${errors.length} bad parameters`
  const wrong = errors.find(({ parameter, message }) => message.startsWith('is missing')
    ? !known.includes(parameter) || sent.includes(parameter)
    : !sent.includes(parameter) && !['instanceId', 'projectId'].includes(parameter))
  return wrong && `${wrong.parameter} ${wrong.message}, but was it sent?`
}
