/** Reads a choice of this browser. Storage may be forbidden: then there is none. */
export function load (name: string) {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function save (name: string, value: string) {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The choice lasts until the page is closed.
  }
}
