/** Closes a `<details>` by Escape. Its summary takes the focus, which was inside. */
export function closeByEscape (event: KeyboardEvent) {
  const details = event.currentTarget as HTMLDetailsElement
  if (event.key !== 'Escape' || !details.open) return
  details.open = false
  details.querySelector('summary')!.focus()
}
