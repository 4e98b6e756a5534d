import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['dist', '.cache', '.tap'] }),
  {
    rules: {
      '@stylistic/comma-dangle': ['error', 'never'],
      // A schema and its type go by one name; what is really declared twice TypeScript tells.
      '@typescript-eslint/no-redeclare': 'off'
    }
  }
]
