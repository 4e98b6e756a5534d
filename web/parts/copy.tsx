import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { t } from '../state/language.js'

/** The button whose text was copied last, for as long as it shows that. */
const copied = signal<EventTarget | undefined>(undefined)

/** A button that copies a text. It says nothing where the browser did not copy: over plain HTTP none does. */
export function Copy ({ text, className = 'copy', children = t('app.copy') }: {
  text: string, className?: string, children?: ComponentChildren
}) {
  const copy = async (event: Event) => {
    const button = event.currentTarget as HTMLElement
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      return
    }
    copied.value = button
    button.classList.add('copied')
    setTimeout(() => {
      button.classList.remove('copied')
      if (copied.value === button) copied.value = undefined
    }, 1500)
  }
  const name = t('app.copyText', { text })
  return (
    <button type='button' class={className} aria-label={name} title={name} onClick={copy}>{children}</button>
  )
}

/** Announces to screen readers that something was copied. */
export const Copied = () => <p class='hidden' role='status'>{copied.value && t('app.copied')}</p>
