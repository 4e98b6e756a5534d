import { computed, effect, signal } from '@preact/signals'
import { formats } from '../lib/units.js'
import english from '../lib/words.en.js'
import type { Words } from '../lib/words.en.js'
import { speaker } from '../lib/words.js'
import { params } from './router.js'
import { load, save } from './storage.js'

const languages = ['en', 'ko'] as const
type Language = typeof languages[number]

const isLanguage = (text: unknown): text is Language => languages.includes(text as Language)

const chosen = signal(load('language'))
const browser = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'

/** The language of the URL, else the one that was chosen, else the browser's. */
export const language = computed<Language>(() =>
  [params.value.get('lang'), chosen.value, browser].find(isLanguage)!)

/** The dictionary that is loaded, with its language: another one takes a moment to arrive. */
const loaded = signal<{ language: Language, words: Words }>({ language: 'en', words: english })

effect(() => {
  const wanted = language.value
  if (wanted === 'en') loaded.value = { language: 'en', words: english }
  else {
    import('../lib/words.ko.js').then(({ default: words }) => {
      if (language.peek() === wanted) loaded.value = { language: wanted, words }
    }, () => {})
  }
})
effect(() => { document.documentElement.lang = loaded.value.language })

const speak = computed(() => speaker(loaded.value.language, loaded.value.words))
const format = computed(() => formats(loaded.value.language))

/** Says something in the current language; a component that does is drawn again when it changes. */
export const t = (...args: Parameters<ReturnType<typeof speaker>>) => speak.value(...args)
/** The formats of the current language. */
export const f = () => format.value
/** The language of dates, as `Intl` takes it. */
export const locale = () => loaded.value.language

export function chooseLanguage (code: string) {
  chosen.value = code
  save('language', code)
}
