import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Values } from '#lib/metrics/combine.js'
import { profileNames } from '#lib/metrics/profile.js'
import type { ProfileName } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { ownersByLabel } from '#lib/metrics/prometheus/ownership.js'
import { instancesPattern } from '#lib/metrics/prometheus/selectors.js'
import type { Metric } from '#lib/metrics/usages.js'
import { seriesOf } from '#test/support/prometheus/dataset.js'
import { root } from '#test/support/root.js'

type LabelSets = Array<Record<string, string>>

/** The label sets of an exporter's text, each with its metric's name. */
const labelsIn = (text: string): LabelSets =>
  text.split('\n').filter((line) => /^[a-z]/.test(line)).map((line) => ({
    __name__: /^\w+/.exec(line)![0],
    ...Object.fromEntries(
      Array.from(line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, label, value]) => [label, value])
    )
  }))
const captureOf = (file: string) =>
  labelsIn(readFileSync(join(root, 'test/support/prometheus/captures', file), 'utf8'))

/** The metrics of each exporter: a capture of a real one, or the dataset, whose names are from its source. */
const labelSets: Record<ProfileName, LabelSets> = {
  inovex: captureOf('inovex-2.5.txt'),
  tinkoff: seriesOf('tinkoff').map(({ labels }) => labels),
  libvirtd: seriesOf('libvirtd').map(({ labels }) => labels),
  ceilometer: captureOf('ceilometer-2026.txt'),
  debian: captureOf('debian-0.2.0.txt')
}
/** Metrics that the dataset has not: only older guests lack the one that is read instead. */
const notInDataset = /unused/
const id = '3f0c1a52-7d5f-4b1e-9a41-2f0d0a7c0001'

for (const name of profileNames) {
  const { shows, instance, project, info, domain, readings } = profiles[name]
  const sent = labelSets[name]
  const named = (metric: string) => sent.filter(({ __name__ }) => __name__ === metric)

  t.test(`${name} has the names and labels of its exporter`, (t) => {
    for (const { sources } of Object.values(readings)) {
      for (const source of sources) {
        const found = named(source.name)
        t.ok(found.length > 0 || notInDataset.test(source.name), source.name)
        for (const labels of found) {
          t.ok((domain ?? instance) in labels, `${source.name}: instance`)
          t.ok((source.device ?? '__name__') in labels, `${source.name}: device`)
          if (info === undefined) t.ok((project ?? '__name__') in labels, `${source.name}: project`)
        }
      }
    }
    t.end()
  })

  t.test(`${name} is recognised by a metric that it has`, (t) => {
    const found = named(shows.name).filter((labels) => (shows.label ?? '__name__') in labels)
    t.ok(found.length > 0)
    for (const labels of info === undefined ? [] : named(info)) {
      t.ok(instance in labels && project! in labels && (domain ?? instance) in labels)
    }
    t.end()
  })

  t.test(`the labels of ${name} have the instance's own id where its profile says`, (t) => {
    for (const { sources } of Object.values(readings)) {
      for (const source of sources) {
        if (source.instance === undefined) continue
        const [own, other] = [id, id.replace('3', '4')].map((id) => ({
          ownerOf: ownersByLabel(profiles[name], [source], [id]),
          pattern: new RegExp(`^(?:${instancesPattern([source], [id])})$`)
        }))
        for (const labels of named(source.name)) {
          t.equal(own!.ownerOf(labels), id)
          t.match(labels[instance], own!.pattern)
          t.equal(other!.ownerOf(labels), undefined)
          t.notMatch(labels[instance], other!.pattern)
        }
      }
    }
    t.end()
  })
}

t.test('no exporter is taken for one that precedes it', (t) => {
  for (const [i, name] of profileNames.entries()) {
    for (const other of profileNames.slice(i + 1)) {
      const { shows } = profiles[name]
      const alike = labelSets[other].filter((labels) =>
        labels.__name__ === shows.name && (shows.label ?? '__name__') in labels)
      t.same(alike, [], `${name} in ${other}`)
    }
  }
  t.end()
})

/** Values of a metric's sources, and the usage that they mean. */
const meanings: Array<[ProfileName, Metric, Values, number | undefined]> = [
  ['inovex', 'cpu', [0.5, 2], 25],
  ['inovex', 'cpu', [1.08, 1], 108],
  ['inovex', 'cpu', [0, 1], 0],
  ['inovex', 'cpu', [0.5, undefined], undefined],
  ['inovex', 'cpu', [undefined, 2], undefined],
  ['inovex', 'cpu', [0.5, 0], undefined],
  ['tinkoff', 'memory', [30, 10, 40], 25],
  ['tinkoff', 'memory', [undefined, 10, 40], 75],
  ['tinkoff', 'memory', [30, 10, undefined], undefined],
  ['tinkoff', 'memory', [30, 10, 0], undefined],
  ['tinkoff', 'memory', [undefined, undefined, 40], undefined],
  ['libvirtd', 'cpu', [4e8], 40],
  ['libvirtd', 'cpu', [1.2e9], 120],
  ['ceilometer', 'cpu', [5e8, 2], 25],
  ['ceilometer', 'cpu', [undefined, 2], undefined],
  ['ceilometer', 'cpu', [5e8, undefined], undefined],
  ['ceilometer', 'memory', [512, 2_000], 25.6],
  ['ceilometer', 'memory', [undefined, 2_000], undefined],
  ['ceilometer', 'memory', [512, undefined], undefined],
  ['debian', 'diskRead', [2_048], 2],
  ['debian', 'packetsIn', [7], 7]
]

t.test('the values of a metric\'s sources mean a usage, or too few of them none', (t) => {
  for (const [name, metric, values, usage] of meanings) {
    t.equal(profiles[name].readings[metric]!.usage(values), usage, `${name} ${metric} of ${values}`)
  }
  t.end()
})
