import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import { clientConfig } from './openstackclient.js'

/** A URL without a listener: most of the suite needs no metrics store. */
const noStore = 'http://127.0.0.1:9'

/** Builds the service over the real cloud, with these settings alone. It closes with the test. */
export async function build (
  t: Test,
  env: Record<string, string> = { OS_CLOUD: 'admin' },
  now?: () => number
) {
  const app = await buildApp({
    env: {
      OS_CLIENT_CONFIG_FILE: clientConfig, INFLUX_URL: noStore, CACHE: 'off', OVERLOAD_DELAY: '0', ...env
    },
    now
  })
  t.teardown(() => app.close())
  return app
}

export interface Summary {
  id: string
  name: string
  unavailable?: string[]
  [field: string]: unknown
}

export interface Instance {
  instance_id: string
  name: string
  address: string[]
  [field: string]: unknown
}

export interface Page {
  metric: Instance[]
  projectId: string
  totalCnt: number
  unavailable?: string[]
}

/** Requests a URL of the service. `next` is the URL of the next page. */
export async function read<Body = Record<string, any>> (app: FastifyInstance, url: string) {
  const response = await app.inject(url)
  const [, next] = /<([^>]+)>; rel="next"/.exec(String(response.headers.link)) ?? []
  return { status: response.statusCode, headers: response.headers, body: response.json<Body>(), next }
}

export const summaryUrl = '/v1/openstack/projects/summary'
export const instancesUrl = (projectId: string, query: Record<string, string> = { limit: '1000' }) =>
  `/v1/openstack/projects/${projectId}/instances?${new URLSearchParams(query)}`

/**
 * Requests the summary.
 * @returns the projects by name
 */
export async function readSummary (app: FastifyInstance) {
  const { status, body } = await read<Summary[]>(app, summaryUrl)
  if (status !== 200) throw new Error(`the summary is ${status}: ${JSON.stringify(body)}`)
  return Object.fromEntries(body.map((project) => [project.name, project]))
}

/** Requests a page and all following ones, by their Link headers. */
export async function readPages<Body = Page> (app: FastifyInstance, url: string) {
  const pages: Body[] = []
  for (let pageUrl: string | undefined = url; pageUrl !== undefined;) {
    const { status, body, next }: Awaited<ReturnType<typeof read<Body>>> = await read<Body>(app, pageUrl)
    if (status !== 200) throw new Error(`${pageUrl} is ${status}: ${JSON.stringify(body)}`)
    if (pages.push(body) > 100) throw new Error(`${url} has more than 100 pages`)
    pageUrl = next
  }
  return pages
}
