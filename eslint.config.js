import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['dist', '.cache', '.tap'] }),
  { rules: { '@stylistic/comma-dangle': ['error', 'never'] } }
]
