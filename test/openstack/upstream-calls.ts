import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { DiagnosticsChannel } from 'undici'

const channel = 'undici:request:create'

/** The requests that this process sends while the work is done, as `GET http://host:port/path?query`. */
export async function callsOf (work: () => Promise<unknown>) {
  const calls: string[] = []
  const note = (message: unknown) => {
    const { method, origin, path } = (message as DiagnosticsChannel.RequestCreateMessage).request
    calls.push(`${method} ${String(origin)}${path}`)
  }
  subscribe(channel, note)
  try {
    await work()
  } finally {
    unsubscribe(channel, note)
  }
  return calls
}

/** A login, by password or by another token. */
export const isLogin = (call: string) => /^POST .*\/v3\/auth\/tokens$/.test(call)
