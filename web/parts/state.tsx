import { kindOf } from '../lib/states.js'

/** Nova's status: a disc runs, a ring is off, a square failed, a triangle changes. */
export function State ({ state }: { state: string | null }) {
  return (
    <span class={`state ${kindOf(state)}`}><i aria-hidden='true' />{state ?? '–'}</span>
  )
}
