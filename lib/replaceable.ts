/**
 * An object whose functions call those of the present object, which may be replaced. Its other properties are
 * those of the first one.
 */
export function replaceable<T extends object> (present: () => T): T {
  const delegate = (name: string) => (...args: unknown[]) =>
    (Reflect.get(present(), name) as (...args: unknown[]) => unknown)(...args)
  const entries = (Object.entries(present()) as Array<[string, unknown]>)
    .map(([name, value]) => [name, typeof value === 'function' ? delegate(name) : value])
  return Object.fromEntries(entries) as T
}
