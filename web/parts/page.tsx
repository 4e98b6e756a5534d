import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../state/language.js'
import { Copied } from './copy.js'
import { TopBar } from './top-bar.js'
import type { Crumb } from './top-bar.js'

/** Whether a screen was opened before. Each further one takes the focus, which its link had. */
let opened = false

/**
 * A screen: the bar, lines about trouble, and the content. The element of the lines is always there: screen
 * readers announce what comes into it, but not all of them an element that comes with its text.
 */
export function Page ({ crumbs, trouble, children }: {
  crumbs: Crumb[], trouble?: ComponentChildren, children: ComponentChildren
}) {
  const title = `${crumbs.at(-1)!.name} · ${t('app.title')}`
  useEffect(() => { document.title = title }, [title])
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    if (opened) main.current!.focus({ preventScroll: true })
    opened = true
  }, [])
  return (
    <>
      <TopBar crumbs={crumbs} />
      <div role='status' aria-atomic='false'>{trouble}</div>
      <Copied />
      <main id='content' tabIndex={-1} aria-label={crumbs.at(-1)!.name} ref={main}>{children}</main>
    </>
  )
}
