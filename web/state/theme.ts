import { computed, effect, signal } from '@preact/signals'
import { load, save } from './storage.js'

const themes = ['system', 'light', 'dark'] as const
type Theme = typeof themes[number]

export const theme = signal<Theme>(themes.find((name) => name === load('theme')) ?? 'system')
const system = matchMedia('(prefers-color-scheme: dark)')
const systemDark = signal(system.matches)
system.addEventListener('change', ({ matches }) => { systemDark.value = matches })

/** Whether the page is dark: charts read their colours again when this changes. */
export const dark = computed(() => theme.value === 'system' ? systemDark.value : theme.value === 'dark')

effect(() => { document.documentElement.dataset.theme = theme.value })

export function nextTheme () {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
  save('theme', theme.value)
}
