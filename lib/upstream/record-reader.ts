import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/** A record as far as it is readable: a property that is missing, or of another type, is null. */
export type ReadRecord<T extends TObject> = {
  [Name in keyof T['properties']]: T['properties'][Name] extends TObject
    ? ReadRecord<T['properties'][Name]>
    : Static<T['properties'][Name]> | null
}

/**
 * A reader of single records. One odd record of an upstream must not cost the list that it is in, so nothing
 * is rejected here.
 * @param schema the properties in use; nested objects are read in the same way
 */
export function recordReader<T extends TObject> (schema: T) {
  return reader(schema) as (record: unknown) => ReadRecord<T>
}

type Read = (value: unknown) => unknown

function reader (schema: TSchema): Read {
  if (!isObject(schema)) return valueReader(schema)
  const readers = Object.entries(schema.properties)
    .map(([name, property]) => [name, reader(property)] as const)
  return (record) => {
    const values = (record ?? {}) as Record<string, unknown>
    return Object.fromEntries(readers.map(([name, read]) => [name, read(values[name])]))
  }
}

const isObject = (schema: TSchema): schema is TObject => 'properties' in schema

function valueReader (schema: TSchema): Read {
  const compiled = TypeCompiler.Compile(schema)
  return (value) => compiled.Check(value) ? value : null
}
