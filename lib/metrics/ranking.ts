import type { RankedInstance, Ranking } from './store.js'

/** The first instances of a ranking. */
export const firstOf = (instances: RankedInstance[], { order, limit }: Pick<Ranking, 'order' | 'limit'>) =>
  instances
    .toSorted((a, b) => (order === 'asc' ? a.usage - b.usage : b.usage - a.usage) ||
      (a.instance < b.instance ? -1 : 1))
    .slice(0, limit)
