/** The TLS files of upstreams as the variables OS_CACERT, OS_CERT and OS_KEY name them. */
export const pemFiles = (paths: object) => Object.fromEntries(Object.entries(paths)
  .map(([option, path]) => [option, { setting: `OS_${option.toUpperCase()}`, path }]))
