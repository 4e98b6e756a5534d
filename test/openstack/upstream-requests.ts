import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { DiagnosticsChannel } from 'undici'

const channel = 'undici:request:create'

/**
 * Records the requests of this process during `run`.
 * @returns each as `GET http://host:port/path?query`
 */
export async function requestsDuring (run: () => Promise<unknown>) {
  const requests: string[] = []
  const record = (message: unknown) => {
    const { method, origin, path } = (message as DiagnosticsChannel.RequestCreateMessage).request
    requests.push(`${method} ${String(origin)}${path}`)
  }
  subscribe(channel, record)
  try {
    await run()
  } finally {
    unsubscribe(channel, record)
  }
  return requests
}

/** Whether a request is a login, by password or by another token. */
export const isLogin = (request: string) => /^POST .*\/v3\/auth\/tokens$/.test(request)
