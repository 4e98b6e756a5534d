import type { WordKey, Words } from './words.en.js'

export type Values = Record<string, string | number>

/** A function that says things in one language. `{n}` decides the plural form, and is formatted. */
export function speaker (language: string, words: Words) {
  const plural = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  return (key: WordKey, values: Values = {}) => {
    const word = words[key]
    const text = typeof word === 'string'
      ? word
      : (plural.select(Number(values.n)) === 'one' ? word.one : undefined) ?? word.other
    return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
      const value = values[name]
      return value === undefined ? place : typeof value === 'number' ? numbers.format(value) : value
    })
  }
}
