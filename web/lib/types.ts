import type { components } from './openapi.js'

type Schemas = components['schemas']

export type Project = Schemas['ProjectSummary']
export type Instance = Schemas['Instance']
export type InstanceDetail = Schemas['InstanceDetail']
export type InstancePage = Schemas['InstancePage']
export type InstanceUsages = Schemas['InstanceUsages']
export type ProjectUsages = Schemas['ProjectUsages']
export type TopInstances = Schemas['TopInstances']
export type UsageName = Schemas['UsageSeries']['usage']
