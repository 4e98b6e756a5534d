import { defineConfig } from 'vite'
import { compressed } from './compressed.js'

const service = `http://127.0.0.1:${process.env.PORT || '8080'}`

export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  // Vite's own inlined images would need `data:` in the policy.
  build: {
    outDir: '../dist/web',
    // A test build has the compiled modules of web/lib beside the page.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Browsers that know `light-dark()`, nesting and layers.
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    reportCompressedSize: false
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed()],
  server: { proxy: { '/v1': service, '/ui/session': service } }
})
