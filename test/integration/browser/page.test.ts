import { readFile } from 'node:fs/promises'
import t from 'tap'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { skip } from '#test/support/browser.js'
import { findViolations, startPage as start, textsOf as texts } from '#test/support/screens.js'
import { charts, formats } from '#web/lib/units.js'
import { quotaOf, quotas, rowOf } from '#web/lib/quotas.js'
import type { Instance, InstanceUsages, Project } from '#web/lib/types.js'

const format = formats('en')

const instanceUrl = `/ui/projects/${adminProjectId}/instances/${adminInstanceId}`

t.test('shows every number of every project as the API has it', { skip }, async (t) => {
  const { page, errors, requests, origin, simulator, get, open } = await start(t)
  const [first, second, third, fourth, fifth] = [...simulator.cloud.projects.values()].slice(3)
  Object.assign(first!, { name: '<img src=x onerror=alert(1)>', description: '=1+1' })
  Object.assign(second!, { name: '한국어 프로젝트', enabled: false })
  fourth!.name = 'x'.repeat(255)
  Object.assign(fifth!, { name: 'مشروع الاختبار', description: 'وصف المشروع' })
  third!.limits = { ...third!.limits, volumes: 0, vcpus: 1 }
  await open('/ui/?sort=name')
  await page.locator('.projects tbody td').first().waitFor()
  const projects = await get<Project[]>('/projects/summary')

  // The table draws the rows in view: each project is looked up by its id.
  for (const project of projects) {
    await page.locator('.controls .filter').fill(project.id)
    await page.waitForFunction(() => document.querySelectorAll('.projects tbody tr').length === 1)
    const [name] = await texts(page, '.projects tbody th a')
    t.equal(name, project.name?.replaceAll(/\s+/g, ' '))
    const cells = await texts(page, '.projects tbody td.quota')
    quotas.forEach((row, n) => {
      const { used, limit, level } = quotaOf(project, row)
      const pair = format.pair(used ?? 0, limit ?? 0, row.unit)
      const wanted = level === 'unlimited'
        ? `${format.amount(used!, row.unit)} ∞`
        : `${pair.used} / ${pair.limit}`
      t.ok(cells[n]!.startsWith(wanted), `${project.name} ${row.key}: ${cells[n]}`)
    })
    const { fullest } = rowOf(project)
    const [shown] = await texts(page, '.projects td.fullest')
    t.ok(fullest === null ? shown === '–' : shown!.startsWith(format.share(fullest.share)), String(shown))
  }
  t.match(page.url(), /q=/, 'the filter is in the URL')
  await open('/ui/')
  await page.locator('.projects tbody td').first().waitFor()
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no name is too long')
  t.same(requests.filter((url) => !url.startsWith(`${origin}/`)), [], 'no other server is contacted')
  t.same(errors, [])
})

t.test('downloads the projects that are shown, and runs no formula of theirs', { skip }, async (t) => {
  const { page, simulator, open, errors } = await start(t)
  Object.assign([...simulator.cloud.projects.values()][3]!, { name: '=1+1' })
  await open('/ui/?q=%3D1')
  await page.locator('.projects tbody td').first().waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.locator('.controls .right').click()
  ])
  const lines = (await readFile(await download.path(), 'utf8')).split('\r\n')
  t.match(lines[0], /^\ufeffid,name,description,enabled,instancesLimit/)
  t.match(lines[1], /,'=1\+1,/)
  t.equal(lines.length, 3)
  t.same(errors, [])
})

t.test('shows a project with its instances, and reads no series of one that is off', { skip }, async (t) => {
  const { page, errors, requests, simulator, get, open } = await start(t)
  const [[projectId]] = [...simulator.cloud.instancesByProject].filter(([, instances]) =>
    instances.length < 50 && ['ACTIVE', 'SHUTOFF'].every((wanted) =>
      instances.some(({ status }) => status === wanted))) as [[string, object]]
  await open(`/ui/projects/${projectId}?sort=name`)
  await page.locator('.instances .spark .line[d^=M]').first().waitFor()
  const list = `/projects/${projectId}/instances?limit=50&sort=name`
  const { metric } = await get<{ metric: Instance[] }>(list)
  t.same(await texts(page, '.instances tbody .name'), metric.map(({ name }) => name))
  t.same(await texts(page, '.instances tbody .state'), metric.map(({ state }) => state))
  t.same(
    await texts(page, '.instances tbody tr td:nth-child(7)'),
    metric.map(({ memory_mb: memory }) => memory === null ? '–' : format.amount(memory, 'MiB'))
  )
  const request = requests.find((url) => url.includes('/instances/usages?'))!
  const asked = new URL(request).searchParams.get('instances')
  const off = metric.filter(({ state }) => state === 'SHUTOFF')
  t.ok(off.length > 0 && off.every(({ instance_id: id }) => !asked!.includes(id)))

  await page.locator('.controls select').selectOption('SHUTOFF')
  const waitForRows = (count: number) => page.waitForFunction(
    (n) => document.querySelectorAll('.instances tbody tr:not(.space)').length === n, count
  )
  await waitForRows(off.length)
  t.match(page.url(), /state=SHUTOFF/)
  await page.goBack()
  await page.waitForURL(/[?]sort=name$/)
  await page.locator('.instances .state.on').first().waitFor()
  t.same(errors, [])
})

t.test('shows six charts with one cursor, which keys move', { skip }, async (t) => {
  const now = Date.now()
  const { page, errors, get, open } = await start(t, { now: () => now })
  await open(`${instanceUrl}?range=15m&tz=utc`)
  await page.locator('.chart canvas').nth(5).waitFor()
  const data = await get<InstanceUsages>(
    `/projects/${adminInstanceId}/usages?defaultTimeRange=15m&groupBy=15s`
  )
  const valuesAt = (bucket: number) => data.usages.flatMap(({ series }, n) => series.map(({ values }) => {
    const formatter = format[charts[n]!.scale]
    return values[bucket] === null ? 'no data' : formatter(values[bucket]!)
  }))
  const shown = () => texts(page, '.chart .value b')
  await page.locator('.plot').first().focus()
  const keys: Array<[string, number]> = [
    ['Home', 0], ['ArrowRight', 1], ['Shift+ArrowRight', 11], ['ArrowLeft', 10], ['End', data.count - 1]
  ]
  for (const [key, bucket] of keys) {
    await page.keyboard.press(key)
    t.same(await shown(), valuesAt(bucket), key)
  }

  const box = (await page.locator('.chart .u-over').first().boundingBox())!
  await page.mouse.move(box.x + box.width * 0.2, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=\d+&to=\d+/)
  const zoomed = new URL(page.url()).searchParams
  const length = Number(zoomed.get('to')) - Number(zoomed.get('from'))
  t.ok(Math.abs(length - 0.4 * 900) < 20, `${length} s are 40 % of 15 min`)
  await page.goBack()
  await page.waitForURL(/range=15m/)
  t.same(errors, [])
})

t.test('a gap stays a gap: no line is drawn in its columns', { skip }, async (t) => {
  const { page, open, idle } = await start(t)
  await page.route('**/usages?*', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    for (const { series } of body.usages) {
      for (const { values } of series) {
        values.fill(null, Math.floor(values.length / 3), Math.floor(values.length / 2))
      }
    }
    await route.fulfill({ response, json: body })
  })
  await open(instanceUrl)
  await page.locator('.chart canvas').nth(5).waitFor()
  await idle()
  /** The share of columns between two shares of the plot's width that hold the line's colour. */
  const drawn = (from: number, to: number) => page.locator('.chart').first().evaluate((chart, [from, to]) => {
    const canvas = chart.querySelector('canvas')!
    const over = chart.querySelector<HTMLElement>('.u-over')!
    const [left, width] = [over.offsetLeft, over.offsetWidth]
    const [r, g, b] = getComputedStyle(chart.querySelector('b')!).color.match(/\d+/g)!.map(Number)
    const columns = Math.floor((to! - from!) * width)
    const { data } = canvas.getContext('2d')!
      .getImageData(left + Math.floor(from! * width), 0, columns, over.offsetHeight)
    const hit = new Set<number>()
    for (let n = 0; n < data.length; n += 4) {
      const near = Math.abs(data[n]! - r!) + Math.abs(data[n + 1]! - g!) + Math.abs(data[n + 2]! - b!) < 40
      if (near && data[n + 3]! > 200) hit.add((n / 4) % columns)
    }
    return hit.size / columns
  }, [from, to])
  t.ok(await drawn(0.05, 0.3) > 0.9, 'a line where there are data')
  t.equal(await drawn(0.36, 0.47), 0, 'none in the gap')
  t.ok(await drawn(0.55, 0.9) > 0.9)
})

t.test('has no known barrier, in both themes, and never scrolls sideways', { skip }, async (t) => {
  const { page, open, errors } = await start(t)
  const screens = {
    '/ui/': '.busiest li',
    '/ui/?lang=ko&show=near': '.chips',
    [`/ui/projects/${adminProjectId}`]: '.instances .spark',
    [`${instanceUrl}?table=1`]: '.chart canvas',
    '/ui/nothing': '.missing'
  }
  for (const [path, ready] of Object.entries(screens)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: 1440, height: 900 })
      await open(path)
      await page.locator(ready).first().waitFor()
      t.same(await findViolations(page), [], `${path} ${colorScheme}`)
    }
    for (const width of [320, 390, 1024]) {
      await page.setViewportSize({ width, height: 800 })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      t.ok(tooWide <= 0, `${path} at ${width} px is ${tooWide} px too wide`)
    }
  }
  t.same(errors, [])
})
