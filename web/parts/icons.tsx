const icon = (d: string) => () => (
  <svg
    class='icon' viewBox='0 0 24 24' fill='none' stroke='currentColor' stroke-width='2' stroke-linecap='round'
    stroke-linejoin='round' aria-hidden='true'
  ><path d={d} />
  </svg>
)

export const Pulse = icon('M2 12h4l3-8 5 16 3-8h5')
export const Reload = icon('M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6')
export const Search = icon('M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4')
export const Sun = icon(
  'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19' +
  'M5 19l1.4-1.4M17.6 6.4 19 5'
)
export const Moon = icon('M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z')

/** A disc of which one half is filled. */
export const Half = () => (
  <svg class='icon' viewBox='0 0 24 24' fill='none' stroke='currentColor' stroke-width='2' aria-hidden='true'>
    <circle cx='12' cy='12' r='9' /><path fill='currentColor' d='M12 3a9 9 0 0 1 0 18z' />
  </svg>
)

export const Left = icon('M15 5l-7 7 7 7')
export const Right = icon('M9 5l7 7-7 7')
