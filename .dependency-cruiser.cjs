// The import rules of docs/architecture.md. `npm run lint` checks them, type imports included.

/** Folders of lib/ that each folder of lib/ may import, beside itself. */
const layers = {
  config: ['errors', 'duration'],
  context: [],
  cache: ['context', 'errors'],
  upstream: ['context', 'errors'],
  openstack: ['upstream', 'cache', 'errors', 'config'],
  metrics: ['upstream', 'cache', 'errors', 'time-range'],
  auth: ['openstack', 'metrics', 'cache', 'errors'],
  monitoring: ['auth', 'openstack', 'metrics', 'cache', 'errors', 'time-range'],
  http: ['cache', 'errors'],
  redis: ['cache', 'errors'],
  observability: ['upstream', 'cache', 'errors', 'config'],
  workers: ['observability', 'config', 'http', 'systemd-notify']
}

const layerRules = Object.entries(layers).map(([folder, allowed]) => ({
  name: `lib-${folder}`,
  comment: `lib/${folder} may import of lib, beside itself: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^lib/${folder}/` },
  to: { path: '^lib/', pathNot: `^lib/(${[folder, ...allowed].join('|')})(/|\\.ts)` }
}))

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'lib-top',
      comment: 'the files at the top of lib/ may import each other alone',
      severity: 'error',
      from: { path: '^lib/[^/]+\\.ts$' },
      to: { path: '^lib/.+/' }
    },
    ...layerRules,
    {
      name: 'server-loads-app-to-serve',
      comment: 'the primary of several processes and the command line serve nothing, and do not load the app',
      severity: 'error',
      from: { path: '^server\\.ts$' },
      to: {
        path: '^(app\\.ts|plugins/|routes/)',
        pathNot: '^plugins/config\\.ts',
        dynamic: false,
        dependencyTypesNot: ['type-only']
      }
    },
    {
      name: 'lib-and-schemas-without-fastify',
      comment: 'only app.ts, plugins/ and routes/ import Fastify at run time',
      severity: 'error',
      from: { path: '^(lib|schemas)/' },
      to: {
        path: 'node_modules/(fastify|@fastify)/',
        pathNot: 'accept-negotiator',
        dependencyTypesNot: ['type-only']
      }
    },
    {
      name: 'lib-below-the-rest',
      comment: 'lib may import the response types of schemas, and nothing else from outside',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(plugins|routes|simulator|bench|test)/|^(app|server|openapi)\\.ts' }
    },
    {
      name: 'lib-types-of-schemas',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^schemas/', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'routes',
      comment: 'routes may import schemas, lib/monitoring, lib/time-range and the table of usages',
      severity: 'error',
      from: { path: '^routes/' },
      to: {
        path: '^(lib|plugins|simulator|test)/',
        pathNot: '^lib/(monitoring/|time-range\\.ts|metrics/usages\\.ts)'
      }
    },
    {
      name: 'one-metrics-store',
      comment: 'only its plugins know which metrics store it is',
      severity: 'error',
      from: { pathNot: '^(lib/metrics/influxdb/|plugins/(influx|metrics)\\.ts|test/|bench/)' },
      to: { path: '^lib/metrics/influxdb/' }
    },
    {
      name: 'prometheus-store',
      comment: 'only its plugin knows it',
      severity: 'error',
      from: { pathNot: '^(lib/metrics/prometheus/|plugins/prometheus\\.ts|test/|bench/)' },
      to: { path: '^lib/metrics/prometheus/' }
    },
    {
      name: 'web-of-its-own',
      comment: 'the page imports its own files, packages, and the pure modules of lib that it names here',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: '^(lib|plugins|routes|schemas|simulator)/|^(app|server|openapi)\\.ts',
        pathNot: '^(lib/(monitoring/csv|duration)|schemas/session)\\.ts'
      }
    },
    {
      name: 'not-to-web',
      comment: 'the service serves the built page and imports nothing of it',
      severity: 'error',
      from: { pathNot: '^(web|test)/' },
      to: { path: '^web/' }
    },
    {
      name: 'not-to-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/(http/openapi/client|integration/clients/programs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts']
    }
  }
}
