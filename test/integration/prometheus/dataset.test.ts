import t from 'tap'
import { profileNames } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import type { Metric } from '#lib/metrics/usages.js'
import { misleadingTexts, patterns, promqlFragments, unusualIds } from '#test/robustness/hostile/texts.js'
import { openStore } from '#test/support/prometheus/client.js'
import {
  alpha, beta, differences, end, expected, expectedLists, idOf, linesOf, start
} from '#test/support/prometheus/dataset.js'
import { startStore, storeNames } from '#test/support/prometheus/stores.js'

const now = () => end * 1000
const since = (end - 120) * 1000
const window = { start, end, step: 60 }
const pairs = (buckets: Array<{ time: number, usage: number }>) =>
  buckets.map(({ time, usage }): [number, number] => [time, usage])

for (const name of storeNames) {
  t.test(name, async (t) => {
    const url = await startStore(t, name, profileNames.flatMap(linesOf))
    if (url === undefined) return

    t.test('every value of every profile is as expected', async (t) => {
      let values = 0
      for (const profile of profileNames) {
        const { store } = openStore(t, url, { profile, now })
        await Promise.all(Array.from(expectedLists(profile), async (list) => {
          const { instance, metric, window, buckets, project } = list
          for (const onlyProject of [undefined, project]) {
            const [found] = await store.series([metric], instance, window, onlyProject)
            t.same(differences(pairs(found!), buckets), [], `${instance} ${metric} by ${window.step} s`)
          }
          values += buckets.length
        }))
        const instances = Object.entries(expected[profile])
        const ids = instances.map(([id]) => id)
        const [cpu, memory] = await store.latest(['cpu', 'memory'], ids, since)
        for (const [id, { latest }] of instances.filter(([, { latest }]) => latest !== undefined)) {
          const found = [cpu!.get(id), memory!.get(id)]
          t.same(found.map((sample) => sample?.usage ?? null), [latest!.cpu, latest!.memory], id)
          const times = found.flatMap((sample) => sample === undefined ? [] : [sample.time])
          t.ok(times.every((time) => time >= end - 120 && time < end))
          values += 2
        }
      }
      t.equal(values, 2_138)
    })

    t.test('an instance is empty in every project but its own', async (t) => {
      for (const profile of profileNames.filter((name) => profiles[name].project !== undefined)) {
        const { store } = openStore(t, url, { profile, now })
        for (const [id, { project, metrics }] of Object.entries(expected[profile])) {
          const names = Object.keys(metrics) as Metric[]
          const foreign = project === alpha ? beta : alpha
          // The second read knows the instance's domain.
          for (const only of [foreign, project!, foreign]) {
            const lists = await store.series(names, id, window, only)
            t.equal(lists.every((list) => list.length === 0), only === foreign, `${profile} ${id}`)
            const latest = await store.latest(['cpu', 'memory'], [id], since, only)
            if (only === foreign) t.same(latest.map(({ size }) => size), [0, 0])
          }
        }
      }
    })

    t.test('the projects of an instance are found, where the exporter knows them', async (t) => {
      for (const profile of profileNames) {
        const { store } = openStore(t, url, { profile, now })
        for (const [id, { project }] of Object.entries(expected[profile])) {
          t.same(await store.projectsOf(id), project === null ? [] : [project], `${profile} ${id}`)
        }
        t.same(await store.projectsOf(idOf(99)), [])
      }
    })

    t.test('an instance and its twin of another cell, with the same domain name, are two', async (t) => {
      const { store } = openStore(t, url, { profile: 'inovex', now })
      const [own, twin] = await Promise.all([1, 10].map((number) =>
        store.series(['cpu', 'diskRead'], idOf(number), window)))
      for (const [i, metric] of (['cpu', 'diskRead'] as const).entries()) {
        for (const [number, lists] of [[1, own], [10, twin]] as const) {
          const buckets = expected.inovex[idOf(number)]!.metrics[metric]![60]!
          t.same(differences(pairs(lists![i]!), buckets), [], `${number} ${metric}`)
        }
      }
    })

    t.test('a window in pieces has the same buckets', async (t) => {
      for (const [work, minPieceSeconds] of [[900, 450], [100, 61]]) {
        for (const profile of ['inovex', 'ceilometer'] as const) {
          const limits = { work: work!, minPieceSeconds: minPieceSeconds!, maxGrowth: 1, requests: 10_000 }
          const { store, requests } = openStore(t, url, { profile, now, limits })
          const lists = [...expectedLists(profile)].filter(({ instance, window }) =>
            window.step >= 60 && [1, 3, 5, 26].map(idOf).includes(instance))
          for (const { instance, metric, window, buckets } of lists) {
            const [found] = await store.series([metric], instance, window)
            t.same(differences(pairs(found!), buckets), [], `${instance} ${metric} by ${window.step} s`)
          }
          t.ok(requests.length >= 3 * lists.length, `${requests.length} requests`)
        }
      }
    })

    t.test('a bucket is the same in every window', async (t) => {
      const { store } = openStore(t, url, { profile: 'inovex', now })
      for (const number of [1, 2, 3, 4, 5, 11]) {
        const [whole] = await store.series(['diskRead'], idOf(number), window)
        for (const [from, to] of [[0, 60], [420, 600], [540, 660], [840, 960], [300, 1_200]]) {
          const part = { start: start + from!, end: start + to!, step: 60 }
          const [found] = await store.series(['diskRead'], idOf(number), part)
          t.same(found, whole!.filter(({ time }) => time >= part.start && time < part.end))
        }
      }
    })

    t.test('windows without data are empty, however long or far away', async (t) => {
      const [day, year] = [86_400, 365 * 86_400]
      const years = (from: number, to: number) => ({ start: from * year, end: to * year, step: year })
      const now56 = Math.floor(start / year)
      for (const [profile, number] of [['inovex', 1], ['ceilometer', 26]] as const) {
        const { store, requests } = openStore(t, url, { profile, now })
        const read = async (window: { start: number, end: number, step: number }) => {
          requests.length = 0
          const [buckets] = await store.series(['memory'], idOf(number), window)
          t.ok(requests.length < 30, `${requests.length} requests`)
          return buckets
        }
        for (const empty of [
          { start: 0, end: 600, step: 60 },
          { start: start - 90 * day, end: start - day, step: day },
          { start: end + day, end: end + 90 * day, step: 3_600 },
          years(0, now56), years(now56 + 1, 230)
        ]) {
          t.same(await read(empty), [])
        }
        t.equal((await read(years(now56 - 10, now56 + 1)))!.length, 1)
        t.equal((await read(years(0, 230)))!.length, 1)
      }
    })

    t.test('hostile ids match nothing, and break no query', async (t) => {
      const ids = [...promqlFragments, ...patterns, ...misleadingTexts, ...unusualIds]
        .filter((text) => text.length <= 65)
      for (const profile of profileNames) {
        const { store } = openStore(t, url, { profile, now })
        for (const id of ids) {
          t.same(await store.series(['cpu', 'diskRead', 'networkIn'], id, window, id), [[], [], []], id)
          t.same(await store.projectsOf(id), [], id)
        }
        const [cpu, memory] = await store.latest(['cpu', 'memory'], ids, since)
        t.same([cpu!.size, memory!.size], [0, 0])
      }
    })

    t.test('the exporter is found by its metrics, and is the same for all reads', async (t) => {
      const { store, requests, detected } = openStore(t, url, { now })
      await Promise.all([store.series(['cpu'], idOf(1), window), store.latest(['cpu'], [idOf(1)], since)])
      t.same(detected, ['inovex tinkoff libvirtd ceilometer debian'])
      t.equal(requests.filter((form) => form.get('query')?.startsWith('count by')).length, 1)
      await store.check()
    })
  })
}
