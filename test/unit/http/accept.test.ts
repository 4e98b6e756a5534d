import t from 'tap'
import { prefersCsv } from '#lib/http/accept.js'

t.test('a client gets CSV where it prefers it to JSON', async (t) => {
  for (const accept of [
    'text/csv', 'TEXT/CSV; q=0.5', 'text/csv; charset=utf-8', 'text/*', 'text/csv, */*;q=0.8',
    'application/json;q=0.5,text/csv'
  ]) t.equal(prefersCsv(accept), true, accept)
  for (const accept of [
    undefined, '', '*/*', 'text/csv;q=0', 'application/json, text/csv', 'text/csv;q=0.5, application/json',
    'text/csv;q=x', 'image/png', 'text/html,application/xml;q=0.9,*/*;q=0.8'
  ]) t.equal(prefersCsv(accept), false, String(accept))
})
