import type { Values } from './combine.js'
import type { Metric } from './usages.js'

export type InstancePlace = 'whole' | 'first' | 'inner'

/** One of an exporter's metrics. */
export interface Source {
  name: string
  /** A gauge is averaged; a counter becomes its increase per second. */
  kind: 'gauge' | 'counter'
  /** The label with the device's name; one device without it. */
  device?: string
  /** How devices are put together: `sum` unless given. */
  devices?: 'sum' | 'mean'
  /**
   * The place of the instance's id in the profile's instance label: the `whole` label unless given; `first`,
   * before a dash and a device without one; `inner`, between dashes, with other text on both sides.
   */
  instance?: InstancePlace
}

/** How a metric is read. */
export interface Reading {
  sources: Source[]
  /** The usage that the values mean; `undefined` where they are not enough. */
  usage: (values: Values) => number | undefined
}

export const profileNames = ['inovex', 'tinkoff', 'libvirtd', 'ceilometer', 'debian'] as const
export type ProfileName = typeof profileNames[number]

/** The names that an exporter uses. Data only: no other code knows an exporter. */
export interface Profile {
  name: ProfileName
  /** A metric that only this exporter has; with a label where its name alone is not enough. */
  shows: { name: string, label?: string }
  /** The label with an instance's id: on `info` where `domain` is given, else on each series. */
  instance: string
  /** The label with a project's id: on `info` where that is given, else on each series. */
  project?: string
  /** The metric that has the labels which the other series lack. */
  info?: string
  /** The label that `info` and the other series have, where only `info` has the instance's id. */
  domain?: string
  /** Whether the exporter repeats the values of a poll, which is rarer than the scrapes. */
  polled?: boolean
  readings: Partial<Record<Metric, Reading>>
}

export const kibibytes = ([bytes]: Values) => bytes! / 1024
export const asIs = ([value]: Values) => value
