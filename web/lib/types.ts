import type { components } from './openapi.js'

type Schemas = components['schemas']

export type Project = Schemas['ProjectSummary']
/** An upstream that a project's numbers may lack. */
export type Upstream = NonNullable<Project['unavailable']>[number]
export type Instance = Schemas['Instance']
export type InstanceDetail = Schemas['InstanceDetail']
export type InstancePage = Schemas['InstancePage']
export type InstanceUsages = Schemas['InstanceUsages']
export type ProjectUsages = Schemas['ProjectUsages']
export type TopInstances = Schemas['TopInstances']
export type UsageName = Schemas['UsageSeries']['usage']
