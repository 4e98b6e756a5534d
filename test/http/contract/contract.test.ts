import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '#test/support/root.js'
import { metricsStores } from '#test/support/service.js'
import { readResponses } from './responses.js'
import type { RecordedResponse } from './responses.js'

// Recorded from the service before it had any other route. Clients of the contract depend on each byte.
const recorded: Record<'influxdb' | 'prometheus', Record<string, RecordedResponse>> =
  JSON.parse(readFileSync(join(root, 'test/http/contract/recorded.json'), 'utf8'))

for (const store of metricsStores) {
  t.test(`the contract's responses over ${store} have the same bytes as ever`, async (t) => {
    const responses = await readResponses(t, store)
    const urls = Object.keys(recorded[store])
    t.same(Object.keys(responses), urls)
    t.ok(urls.length > 50)
    for (const url of urls) t.same(responses[url], recorded[store][url], url)
  })
}
