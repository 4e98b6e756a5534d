import { text } from 'node:stream/consumers'
import { request } from 'undici'

/** One list of rows, as InfluxDB answers it. */
export interface Rows {
  name: string
  tags?: Record<string, string>
  columns: string[]
  values: unknown[][]
}

/** What a test does to a database directly. */
export interface Client {
  /** Writes lines with times in milliseconds. */
  write: (lines: string[], target?: Target) => Promise<void>
  /** Runs one statement with the rights of an administrator. */
  query: (q: string, db?: string) => Promise<Rows[]>
}

interface Target {
  db?: string
  /** The retention policy, when it is not the default one. */
  rp?: string
}

/**
 * A client for tests: a connection for each call, so that it never holds one of a server that was restarted.
 */
export function createClient (url: string, user?: { username: string, password: string }): Client {
  const headers = user && {
    authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
  }

  const post = async (path: string, query: Record<string, string>, body?: string) => {
    const answer = await request(new URL(path, url), { method: 'POST', query, body, headers, reset: true })
    const said = await text(answer.body)
    if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${said}`)
    return said
  }

  return {
    async write (lines, { db = 'mon', rp = '' } = {}) {
      await post('/write', { db, rp, precision: 'ms' }, lines.join('\n'))
    },

    async query (q, db = 'mon') {
      const { results: [result] } = JSON.parse(await post('/query', { q, db, epoch: 'ms' })) as Answer
      if (result?.error) throw new Error(result.error)
      return result?.series ?? []
    }
  }
}

interface Answer {
  results: Array<{ series?: Rows[], error?: string }>
}
