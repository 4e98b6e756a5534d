import { computed, signal } from '@preact/signals'
import { changeQuery, lastingQuery, parsePath } from '../lib/url.js'

const here = () => ({ path: location.pathname, search: location.search })
const current = signal(here())

export const screen = computed(() => parsePath(current.value.path))
export const params = computed(() => new URLSearchParams(current.value.search))
/** The query that links to other screens keep. */
export const kept = computed(() => lastingQuery(current.value.search))

addEventListener('popstate', () => { current.value = here() })

function go (url: string, replace: boolean) {
  if (replace) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  current.value = here()
}

/** Opens another screen. */
export function open (url: string, { replace = false } = {}) {
  go(url, replace)
  if (!replace) scrollTo(0, 0)
}

/** Changes parameters of the URL: a choice becomes a step back, typing does not. */
export function setParams (changes: Record<string, string | null>, { replace = false } = {}) {
  const search = changeQuery(location.search, changes)
  if (search !== location.search) go(location.pathname + search, replace)
}

/** Follows links to the page's own screens without loading the page again. */
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]')
  const modified = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
  if (link === null || modified || event.defaultPrevented || link.hasAttribute('download')) return
  if (link.origin !== location.origin || !link.pathname.startsWith('/ui/') || link.hash !== '') return
  event.preventDefault()
  open(link.pathname + link.search)
})
