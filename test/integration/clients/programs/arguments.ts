declare const process: { argv: string[] }

/** The service's URL, a token, and ids of a project and of an instance with and one without samples. */
export const [,, baseUrl, token, projectId, instanceId, idleId] =
  process.argv as [string, string, string, string, string, string, string]
export const range = { defaultTimeRange: '10m', groupBy: '1m' }
