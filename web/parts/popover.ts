/** Closes a `<details>` by Escape. Its summary takes the focus, which was inside. */
export function closeByEscape (event: KeyboardEvent) {
  const details = event.currentTarget as HTMLDetailsElement
  if (event.key !== 'Escape' || !details.open) return
  details.open = false
  details.querySelector('summary')!.focus()
}

/** From now on, a click outside of an open `<details>` closes it, and so does a focus that leaves it. */
export function closeFromOutside () {
  const close = ({ target }: Event) => {
    for (const details of document.querySelectorAll('details')) {
      if (details.open && !details.contains(target as Node)) details.open = false
    }
  }
  document.addEventListener('pointerdown', close)
  document.addEventListener('focusin', close)
}
