import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows drawn above and below those in view, so that a quick scroll shows no empty table. */
const margin = 8

/**
 * The rows of a long list to draw: those in view. The page scrolls, not the list.
 * @param height of every row, in px
 * @param whole length up to which a list is drawn whole: the browser's own search finds all of it
 * @returns the first row, the one after the last, and a ref for the element that holds them
 */
export function useWindow<T extends HTMLElement> (count: number, height: number, whole = 0) {
  const element = useRef<T>(null)
  const [{ first, last }, setWindow] = useState({ first: 0, last: Math.min(count, 24) })
  const update = () => {
    const top = element.current?.getBoundingClientRect().top ?? 0
    const from = Math.max(0, Math.floor(-top / height) - margin)
    const to = Math.min(count, Math.max(from, Math.ceil((innerHeight - top) / height)) + margin)
    // By steps, so that few scrolls draw anything.
    const window = {
      first: Math.min(count, Math.floor(from / 4) * 4), last: Math.min(count, Math.ceil(to / 4) * 4)
    }
    setWindow((before) => before.first === window.first && before.last === window.last ? before : window)
  }
  useLayoutEffect(update, [count])
  useEffect(() => {
    addEventListener('scroll', update, { passive: true })
    addEventListener('resize', update)
    return () => {
      removeEventListener('scroll', update)
      removeEventListener('resize', update)
    }
  }, [count])
  if (count <= whole) return { first: 0, last: count, element }
  return { first, last: Math.max(first, Math.min(last, count)), element }
}
