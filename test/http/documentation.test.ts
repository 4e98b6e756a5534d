import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Settings } from '#lib/config/settings.js'
import { startService } from '#test/support/service.js'
import { root } from '#test/support/root.js'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The table of the settings, as the README must have it. */
const table = [
  '| variable | default | meaning |',
  '| --- | --- | --- |',
  ...Object.entries(Settings.properties).map(([name, { default: value, description }]) =>
    `| \`${name}\` | ${value === undefined ? '–' : `\`${value}\``} | ${description} |`)
]

t.test('has every setting, with its default and meaning', async (t) => {
  const [, found = ''] = readme.split(/<!-- \/?settings -->\n/)
  t.same(found.trim().split('\n'), table)
})

t.test('has curl lines that answer, and no other routes than there are', async (t) => {
  const { app } = await startService(t)
  const lines = [...readme.matchAll(/^curl .*'http:\/\/localhost:8080(.*)'$/gm)].map(([, url]) => url!)
  t.equal(lines.length, 12)
  for (const url of lines) {
    const { statusCode, body } = await app.inject(url)
    t.equal(statusCode, url.endsWith('cpuUsage?groupBy=1m') ? 400 : 200, url)
    t.notMatch(body, '"metric":[]', url)
  }
  const routes = [...readme.matchAll(/`GET (\/(?:projects|healthz|readyz|metrics).*?)`/g)].map(([, path]) => path!.replace(/^\/projects/, '/v1/openstack/projects'))
  t.same(routes.sort(), Object.keys(app.swagger().paths!).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1')).sort())
})

t.test('SECURITY.md has a test that is there for each threat', async (t) => {
  const threats = readFileSync(join(root, 'SECURITY.md'), 'utf8').split('\n').filter((line) => line.startsWith('| ')).slice(2)
  t.ok(threats.length > 15)
  for (const threat of threats) {
    const [, asset = '', , defence = '', tests = ''] = threat.split('|')
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path]) => path!)
    t.ok(paths.length > 0, asset)
    t.same(paths.filter((path) => !existsSync(join(root, path))), [], asset)
    const settings = [...defence.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name]) => name!)
    t.same(settings.filter((name) => !(name in Settings.properties)), [], asset)
  }
})
