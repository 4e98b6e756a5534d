import { useMemo } from 'preact/hooks'
import type { Read } from '../state/reads.js'
import { clock } from '../state/clock.js'
import { locale, t } from '../state/language.js'
import { kept } from '../state/router.js'
import { projectsPath } from '../lib/url.js'
import { Copy } from './copy.js'

type AnyRead = Pick<Read<unknown>, 'failure' | 'retryAt' | 'shown' | 'run'>

const fails = ({ failure: { value } }: AnyRead) => value !== undefined && value.status !== 401
const hasAny = ({ shown, failure }: AnyRead) => shown.value !== undefined || failure.value !== undefined

/** A line at the top of a screen, if all of its reads fail. Older data stay below it. */
export function Trouble ({ reads }: { reads: AnyRead[] }) {
  const active = reads.filter(hasAny)
  return active.length > 0 && active.every(fails) ? <Line failing={active} /> : null
}

/** A line in the section of one read, if it fails and another one of the screen does not. */
export function OwnTrouble ({ read, among }: { read: AnyRead, among: AnyRead[] }) {
  return fails(read) && !among.filter(hasAny).every(fails) ? <Line failing={[read]} own /> : null
}

function Line ({ failing, own = false }: { failing: AnyRead[], own?: boolean }) {
  const first = failing[0]!
  const { status, requestId } = first.failure.value!
  // Screen readers hear the seconds of the start: a countdown would be announced each second.
  const spoken = useMemo(() => sentence(first, Date.now()), [first.failure.value, locale()])
  return (
    <div class={own ? 'trouble own' : 'trouble'} role={own ? 'status' : undefined}>
      <span aria-hidden='true'>{sentence(first, clock.value)}</span>
      <span class='hidden'>{spoken}</span>
      {requestId !== undefined && <RequestId id={requestId} />}
      {status !== 403 && (
        <button type='button' onClick={() => failing.forEach((read) => read.run('no-cache'))}>
          {t('trouble.retry')}
        </button>
      )}
    </div>
  )
}

function sentence ({ failure, retryAt, shown }: AnyRead, now: number) {
  const { status, message } = failure.value!
  const n = Math.max(0, Math.ceil(((retryAt.value ?? 0) - now) / 1000))
  if (status === 403) return t('trouble.forbidden')
  if (status === 429 || status === 503) return t('trouble.busy', { n })
  if (status === undefined || status === 502 || status === 504) {
    if (shown.value === undefined) return t('trouble.unreachableEmpty', { n })
    const time = new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(shown.value.oldestAt)
    return t('trouble.unreachable', { time })
  }
  return t('trouble.failed', { detail: message })
}

/** The id with which operators find a request in the log. */
export function RequestId ({ id }: { id: string }) {
  return (
    <span class='request-id'>{t('trouble.request')} <code>{id}</code> <Copy text={id} /></span>
  )
}

/** A whole screen that is not there: a sentence, and the way back. */
export function Missing ({ words, requestId }: { words: string, requestId?: string }) {
  return (
    <div class='missing'>
      <h1>{words}</h1>
      <p><a href={projectsPath + kept.value}>{t('app.back')}</a></p>
      {requestId !== undefined && <RequestId id={requestId} />}
    </div>
  )
}
