import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { Settings } from '#lib/config/settings.js'
import { withGeneratedParts } from '#test/support/generated-docs.js'
import { root } from '#test/support/root.js'
import { parseSource, sourceFiles } from '#test/support/source-files.js'
import { startService } from '#test/support/service.js'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = [
  'README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readdirSync(
    join(root, 'docs')
  ).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
]

t.test('docs/configuration.md has every setting, and those that a reload applies', async (t) => {
  const document = read('docs/configuration.md')
  t.equal(withGeneratedParts(document), document, 'npm run docs writes it')
})

t.test('every curl line of the documentation works', async (t) => {
  const { app } = await startService(t)
  const urls = pages.flatMap((page) =>
    [...read(page).matchAll(/^curl .*'http:\/\/localhost:8080(.*)'$/gm)].map(([, url]) => url!))
  t.ok(urls.length >= 12)
  for (const url of new Set(urls)) {
    const { statusCode, body } = await app.inject(url)
    t.equal(statusCode, url.endsWith('cpuUsage?groupBy=1m') ? 400 : 200, url)
    t.notMatch(body, '"metric":[]', url)
  }
})

t.test('README.md lists every endpoint, and has no more than 150 lines', async (t) => {
  const { app } = await startService(t)
  await app.ready()
  const ofPath = /`GET (\/(?:projects|instances|healthz|readyz|metrics).*?)`/g
  const listed = [...read('README.md').matchAll(ofPath)]
    .map(([, path]) => path!.replace(/^\/(projects|instances)/, '/v1/openstack/$1'))
  t.same(
    listed.sort(),
    Object.keys(app.swagger().paths!).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1')).sort()
  )
  t.ok(read('README.md').trimEnd().split('\n').length <= 150)
})

t.test('docs/monitoring.md has every log message', async (t) => {
  const phrases = [...sourceFiles('lib', 'plugins'), 'server.ts']
    .flatMap((file) => messagesIn(parseSource(file)))
    .flatMap((text) => /^[\w ]+ [\w ]+/.exec(text)?.[0].trim() ?? [])
  t.ok(phrases.length > 35)
  const documented = [...read('docs/monitoring.md').matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell!)
  t.same(phrases.filter((phrase) => !documented.some((cell) => cell.includes(`\`${phrase}`))), [])
})

/** The texts in the calls of a logger, each up to its first value that varies. */
function messagesIn (node: ts.Node, isLogged = false): string[] {
  const inCall = isLogged ||
    (ts.isCallExpression(node) && /\blog\.(?:info|warn|error|fatal)$/.test(node.expression.getText()))
  if (inCall && (ts.isStringLiteralLike(node) || ts.isTemplateHead(node))) return [node.text]
  const isSum = inCall && ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken
  return (isSum ? [node.left] : node.getChildren()).flatMap((child) => messagesIn(child, inCall))
}

t.test('every link between pages leads to a file', async (t) => {
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(root, dirname(page), target!)), `${page}: ${target}`)
    }
  }
})

t.test('CONTRIBUTING.md has a reason for each of at most 30 runtime dependencies', async (t) => {
  const { dependencies, bundleDependencies } = JSON.parse(read('package.json')) as {
    dependencies: Record<string, string>, bundleDependencies: string[]
  }
  const names = Object.keys(dependencies)
  t.ok(names.length <= 30)
  t.same(bundleDependencies, names, 'the package bundles all of them')
  const [, table = ''] = read('CONTRIBUTING.md').split('## Dependencies')
  t.same(names.filter((name) => !table.includes(`\`${name}\``)), [])
})

t.test('docs/threat-model.md has an existing test for each threat', async (t) => {
  const threats = read('docs/threat-model.md').split('\n').filter((line) => line.startsWith('| ')).slice(2)
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
