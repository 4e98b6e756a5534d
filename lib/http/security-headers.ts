import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'

/**
 * The headers that tell browsers how little an answer is good for: to be read, and not to be shown, framed, or taken for something else.
 * They are helmet's, worked out once. Its own middleware does that in each request, which doubles what a kept answer costs.
 * @param secure whether HTTPS is served, which browsers are then to insist on
 */
export function securityHeaders (secure: boolean) {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: secure && { includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    // What these are about is for pages, and for the browsers of old.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false
  })(response.req, response, () => {})
  return response.getHeaders()
}
