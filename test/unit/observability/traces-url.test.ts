import t from 'tap'
import type { Settings } from '#lib/config/settings.js'
import { tracesUrl } from '#lib/observability/traces-url.js'

const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://receiver:4318' }
const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/custom/' }

const cases: Array<[string, Partial<Settings>, string | undefined]> = [
  ['without an endpoint', {}, undefined],
  ['with an endpoint', base, 'http://receiver:4318/v1/traces'],
  ['with an endpoint that ends in a slash', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://receiver/otlp/'
  }, 'http://receiver/otlp/v1/traces'],
  ['with an endpoint for traces, which is complete', traces, 'http://traces:4318/custom/'],
  ['with both endpoints', { ...base, ...traces }, 'http://traces:4318/custom/'],
  ['with the exporter', { ...base, OTEL_TRACES_EXPORTER: 'otlp' }, 'http://receiver:4318/v1/traces'],
  ['without an exporter', { ...base, ...traces, OTEL_TRACES_EXPORTER: 'none' }, undefined],
  ['with the SDK disabled', { ...base, ...traces, OTEL_SDK_DISABLED: 'true' }, undefined],
  ['with the SDK disabled, in another case', { ...base, OTEL_SDK_DISABLED: ' TRUE' }, undefined],
  ['with the SDK enabled', { ...base, OTEL_SDK_DISABLED: 'false' }, 'http://receiver:4318/v1/traces'],
  ['with a value that is not `true`', { ...base, OTEL_SDK_DISABLED: '1' }, 'http://receiver:4318/v1/traces']
]

for (const [name, settings, url] of cases) {
  t.test(`sends spans to the right URL ${name}`, async (t) => {
    t.equal(tracesUrl(settings as Settings), url)
  })
}
