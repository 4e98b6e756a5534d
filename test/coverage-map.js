// The coverage gate covers the service's own code, under its compiled names.
export default () => ['dist/app.js', 'dist/{lib,plugins,routes,schemas}/**/*.js']
