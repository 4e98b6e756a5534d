import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['dist', '.cache', '.tap', 'web/lib/openapi.d.ts'] }),
  {
    rules: {
      '@stylistic/comma-dangle': ['error', 'never'],
      '@stylistic/max-len': ['error', { code: 110, ignoreRegExpLiterals: true, ignoreUrls: true }],
      // A schema and its type have the same name; TypeScript reports a real redeclaration.
      '@typescript-eslint/no-redeclare': 'off',
      'no-restricted-syntax': ['error', {
        selector: 'TSAsExpression > TSNeverKeyword', message: '`as never` turns the type checker off.'
      }]
    }
  },
  {
    // It writes Markdown, whose lines are longer.
    files: ['test/robustness/faults/report.*'],
    rules: { '@stylistic/max-len': 'off' }
  }
]
