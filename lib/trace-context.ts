import { randomBytes } from 'node:crypto'

/** A trace, as callers and upstreams tell each other of it. Source: W3C Trace Context. */
export interface Trace {
  /** 32 hexadecimal digits. */
  id: string
  /** Two of them. */
  flags: string
  /** What tracing systems say to themselves, for us to pass on. */
  state?: string
}

const parent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/
const member = /^([a-z0-9][a-z0-9_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/

/** `sampled` and `random`: the flags that there are. Others are not ours to pass on. */
const knownFlags = 0b11

/** What a list of states may have: members, and characters. */
const mostMembers = 32
const longestState = 512

/** The trace that a request's headers tell of. What is malformed is as if it were not there, and a state without a trace is nothing. */
export function traceIn ({ traceparent, tracestate }: Record<string, unknown>): Trace | undefined {
  if (typeof traceparent !== 'string') return undefined
  const [, version, id, flags, more] = parent.exec(traceparent) ?? []
  // Later versions may have more to say. What we know of them stands in the same place.
  if (id === undefined || (version === '00' && more !== undefined)) return undefined
  const known = (Number.parseInt(flags!, 16) & knownFlags).toString(16).padStart(2, '0')
  return { id, flags: known, state: typeof tracestate === 'string' ? stateIn(tracestate) : undefined }
}

function stateIn (text: string) {
  if (text.length > longestState) return undefined
  const members = text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
  const keys = new Set(members.map((entry) => member.exec(entry)?.[1]))
  const good = members.length > 0 && members.length <= mostMembers && keys.size === members.length && !keys.has(undefined)
  return good ? members.join(',') : undefined
}

/** The headers that tell an upstream of a trace. The call has an id of its own in it. */
export function traceHeaders ({ id, flags, state }: Trace): Record<string, string> {
  return {
    traceparent: `00-${id}-${randomBytes(8).toString('hex')}-${flags}`,
    ...(state !== undefined && { tracestate: state })
  }
}
