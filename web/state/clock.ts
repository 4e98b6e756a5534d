import { signal } from '@preact/signals'

/** The browser's time in ms, once a second while the page is seen. */
export const clock = signal(Date.now())

setInterval(() => { if (!document.hidden) clock.value = Date.now() }, 1000)
document.addEventListener('visibilitychange', () => { clock.value = Date.now() })
