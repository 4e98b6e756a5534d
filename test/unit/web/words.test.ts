import t from 'tap'
import english from '#web/lib/words.en.js'
import type { WordKey } from '#web/lib/words.en.js'
import korean from '#web/lib/words.ko.js'
import { speaker } from '#web/lib/words.js'

const places = (word: unknown) => [...new Set(JSON.stringify(word).match(/\{\w+\}/g))].sort()

t.test('both languages say the same, with the same places', async (t) => {
  t.same(Object.keys(korean).sort(), Object.keys(english).sort())
  for (const key of Object.keys(english) as WordKey[]) t.same(places(korean[key]), places(english[key]), key)
})

t.test('places are filled, numbers formatted, and plurals chosen', async (t) => {
  const [en, ko] = [speaker('en', english), speaker('ko', korean)]
  t.equal(en('projects.count', { n: 1 }), '1 project')
  t.equal(en('projects.count', { n: 1002 }), '1,002 projects')
  t.equal(ko('projects.count', { n: 1 }), '프로젝트 1개')
  t.equal(en('instances.more', { shown: 50, total: 1204 }), 'Show more (50 / 1,204)')
  t.equal(en('trouble.failed', { detail: '{n} $& <b>' }), 'Reading failed: {n} $& <b>', 'a value is text')
  t.equal(en('fresh.ago'), 'Read {ago} ago', 'a place without a value shows')
})
