import type { UpstreamRequest } from '#lib/upstream/request.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'

/** A response to a form: the body or its JSON, or an error to throw. */
type Respond = (form: URLSearchParams, path: string) => object | string | Error

export type Values = Array<[seconds: number, value: number | string]>

/** A result of samples, of series by their labels. */
export const matrix = (...series: Array<[labels: Record<string, string>, values: Values]>) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: series.map(([metric, values]) =>
      ({ metric, values: values.map(([seconds, value]) => [seconds, String(value)]) }))
  }
})

/** A result of one value for each of the label sets. */
export const vector = (...labels: Array<Record<string, string>>) => ({
  status: 'success',
  data: { resultType: 'vector', result: labels.map((metric) => ({ metric, value: [0, '1'] })) }
})

/** A store that a test plays. @returns the function that calls it, and its requests */
export function fakeStore (respond: Respond) {
  const requests: UpstreamRequest[] = []
  const forms: URLSearchParams[] = []
  const upstream: CallUpstream = async (_, request) => {
    const form = new URLSearchParams(request.body)
    requests.push(request)
    forms.push(form)
    const body = respond(form, request.url.replace(/^.*\/api\/v1\//, ''))
    if (body instanceof Error) throw body
    const json = typeof body === 'string' ? body : JSON.stringify(body)
    return { status: 200, headers: {}, body: request.parse!(Buffer.from(json)) }
  }
  return { upstream, requests, forms, queries: () => forms.map((form) => form.get('query')) }
}
