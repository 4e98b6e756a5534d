import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Page } from 'playwright-core'
import t from 'tap'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { skip } from '#test/support/browser.js'
import { startPage, textsOf } from '#test/support/screens.js'
import type { InstanceUsages } from '#web/lib/types.js'
import { charts, formats } from '#web/lib/units.js'

const instanceUrl = `/ui/projects/${adminProjectId}/instances/${adminInstanceId}`
const format = formats('en')
const drawn = (page: Page) => page.locator('.chart canvas').nth(5).waitFor()

/** Texts of all values of a bucket, in the order of the charts. */
const textsAt = ({ usages }: InstanceUsages, bucket: number, none: string) =>
  usages.flatMap(({ series }, n) => series.map(({ values }) => {
    const value = values[bucket] ?? null
    return value === null ? none : format[charts[n]!.scale](value)
  }))

/** Waits until all charts show the range of the URL. */
async function settle (page: Page, idle: () => Promise<void>) {
  await idle()
  await page.locator('.older').waitFor({ state: 'detached' })
  await page.evaluate(() => new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

/** The pictures of all charts, as data of their pixels. */
const picturesOf = async (page: Page) => {
  await page.mouse.move(0, 0)
  return await page.locator('.chart canvas').evaluateAll((canvases) =>
    canvases.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()))
}

/** The pictures of all charts when they are these ones; after ten seconds, those that there are. */
async function picturesLike (page: Page, wanted: string[]) {
  for (let attempts = 100; ; attempts--) {
    const pictures = await picturesOf(page)
    if (attempts === 0 || isDeepStrictEqual(pictures, wanted)) return pictures
    await sleep(100)
  }
}

t.test('shows the bucket under the pointer in all charts and in the table', { skip }, async (t) => {
  const now = Date.now()
  const { page, get, open, errors } = await startPage(t, { now: () => now })
  await page.route('**/usages?*', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    for (const { series } of body.usages) for (const { values } of series) values[20] = null
    await route.fulfill({ response, json: body })
  })
  await open(`${instanceUrl}?range=15m&tz=utc&table=1`)
  await drawn(page)
  const path = `/projects/${adminInstanceId}/usages?defaultTimeRange=15m&groupBy=15s`
  const data = await get<InstanceUsages>(path)
  for (const { series } of data.usages) for (const { values } of series) values[20] = null

  for (const [chart, share] of [[0, 0.3], [3, 0.5], [5, 0.9]] as const) {
    const box = (await page.locator('.chart .u-over').nth(chart).boundingBox())!
    await page.mouse.move(box.x + box.width * share, box.y + 30)
    const text = await page.locator('.toolbar .time').textContent()
    const time = Date.parse(text!) / 1000
    const bucket = Math.round((time - data.start) / data.step)
    t.ok(Math.abs(bucket - share * data.count) <= 1, `${text} is at ${share} of the range`)
    t.same(await textsOf(page, '.chart .value b'), textsAt(data, bucket, 'no data'), String(bucket))
  }
  // The table draws the rows in view, the newest first.
  const rows = () => page.locator('.numbers tbody tr:not(.space)').evaluateAll((rows) => rows.map((row) =>
    [row.ariaRowIndex, ...[...row.children].map((cell) => cell.textContent)]))
  const top = await rows()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.locator(`.numbers tr[aria-rowindex="${data.count + 1}"]`).waitFor()
  const bottom = await rows()
  t.equal(top[0]![0], '2')
  for (const [index, time, ...values] of [...top, ...bottom]) {
    const bucket = data.count + 1 - Number(index)
    t.equal(Date.parse(time!) / 1000, data.start + bucket * data.step)
    t.same(values, textsAt(data, bucket, '–'), time!)
  }
  t.same(errors, [])
})

t.test('a link gives the same picture: back, again, and in another window', { skip }, async (t) => {
  const now = Date.now()
  const { page, open, origin, idle } = await startPage(t, { now: () => now })
  await open(`${instanceUrl}?range=3h&refresh=0`)
  await drawn(page)
  await settle(page, idle)
  const first = await picturesOf(page)
  const box = (await page.locator('.chart .u-over').nth(2).boundingBox())!
  await page.mouse.move(box.x + box.width * 0.3, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=/)
  const zoomed = page.url()
  await settle(page, idle)
  const second = await picturesOf(page)
  t.ok(second.every((picture, n) => picture !== first[n]), 'all charts are zoomed')

  await page.goBack()
  await page.waitForURL(/range=3h/)
  t.same(await picturesLike(page, first), first, 'back')
  await page.goForward()
  await page.waitForURL(/from=/)
  await page.reload()
  await drawn(page)
  t.same(await picturesLike(page, second), second, 'loaded again')
  const other = await page.context().newPage()
  await other.setViewportSize({ width: 1440, height: 900 })
  await other.goto(zoomed)
  await drawn(other)
  t.same(await picturesLike(other, second), second, 'in another window')

  await other.locator('.chart .u-over').first().dblclick()
  await other.waitForURL((url) => url.href !== zoomed)
  const widths = [zoomed, other.url()].map((url) => {
    const { searchParams } = new URL(url, origin)
    return Number(searchParams.get('to')) - Number(searchParams.get('from'))
  })
  t.ok(widths[1]! > 1.5 * widths[0]!, 'a double click zooms out')
})

t.test('shows the hour that a clock repeats twice, and local times as UTC', { skip }, async (t) => {
  const { page, origin } = await startPage(t, { now: () => Date.parse('2026-10-26T00:00:00Z') })
  const berlin = await page.context().browser()!.newContext({ timezoneId: 'Europe/Berlin' })
  const window = await berlin.newPage()
  const [from, to] = ['2026-10-24T23:30:00Z', '2026-10-25T02:00:00Z'].map((time) => Date.parse(time) / 1000)
  const url = `${origin}${instanceUrl}?from=${from}&to=${to}&groupBy=30m&table=1`
  const times = async () => (await textsOf(window, '.numbers tbody th')).reverse()
  await window.goto(url)
  await window.locator('.numbers tbody th').first().waitFor()
  t.same(await times(), [
    'Oct 25, 2026, 01:30:00 GMT+2', 'Oct 25, 2026, 02:00:00 GMT+2', 'Oct 25, 2026, 02:30:00 GMT+2',
    'Oct 25, 2026, 02:00:00 GMT+1', 'Oct 25, 2026, 02:30:00 GMT+1', 'Oct 25, 2026, 03:00:00 GMT+1'
  ])
  t.same(await textsOf(window, '.own summary'), ['Oct 25, 01:30 – 03:00'])
  await window.locator('.own summary').click()
  await window.locator('.own .segments button', { hasText: 'UTC' }).click()
  await window.waitForURL(/tz=utc/)
  t.match((await times())[0], 'Oct 24, 2026, 23:30:00 UTC')
  t.equal(await window.locator('.own input[name=from]').inputValue(), '2026-10-24T23:30')
  await window.locator('.own input[name=to]').fill('2026-10-24T23:00')
  await window.locator('.own button[type=submit]').click()
  await window.locator('.own .failed:not(:empty)').waitFor()
  await window.locator('.facts h1').click()
  t.equal(await window.locator('.own[open]').count(), 0, 'a click outside closes the form')
  await window.locator('.own summary').click()
  await window.locator('.own input[name=to]').fill('2026-10-25T01:30')
  await window.locator('.own button[type=submit]').click()
  await window.waitForURL(new RegExp(`from=${from}&to=${from! + 7200}`))
})

t.test('saves the series as CSV and as a picture', { skip }, async (t) => {
  const now = Date.now()
  const { page, open, get, errors } = await startPage(t, { now: () => now })
  await open(`${instanceUrl}?range=15m`)
  await drawn(page)
  const save = async (name: string) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'), page.locator('.toolbar button', { hasText: name }).click()
    ])
    return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
  }
  const data = await get<InstanceUsages>(
    `/projects/${adminInstanceId}/usages?defaultTimeRange=15m&groupBy=15s`
  )
  const csv = await save('CSV')
  const [head, ...lines] = csv.content.toString().trimEnd().split('\r\n')
  t.match(csv.name, /-usages\.csv$/)
  t.match(head, /^\ufefftime,cpuUsage cpu \(%\),/)
  t.equal(lines.length, data.count)
  lines.forEach((line, n) => t.same(line.split(','), [
    new Date((data.start + n * data.step) * 1000).toISOString(),
    ...data.usages.flatMap(({ series }) => series.map(({ values }) => String(values[n] ?? '')))
  ]))
  const png = await save('PNG')
  t.match(png.name, /\.png$/)
  t.same(png.content.subarray(1, 4).toString(), 'PNG')
  const [width, height] = [png.content.readUInt32BE(16), png.content.readUInt32BE(20)]
  t.ok(width > 1200 && height > 500 && png.content.length > 20_000, `${width} × ${height} px`)
  t.same(errors, [])
})
