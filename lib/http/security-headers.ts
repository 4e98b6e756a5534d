/**
 * The security headers of every response. A response is data: a browser must not show it, frame it, or take
 * it for another type. The page at /docs has a policy of its own. Source: OWASP REST Security Cheat Sheet.
 * @param https whether HTTPS is served, which browsers are then to insist on
 */
export function securityHeaders (https: boolean): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    ...(https && { 'strict-transport-security': 'max-age=31536000' }),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY'
  }
}

/**
 * The headers of the page at /ui/, beside those. It runs and contacts nothing but its own files and this
 * service, and writes no markup from text (trusted types). No other window may refer to it.
 */
export const pageHeaders: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join(';'),
  'cross-origin-opener-policy': 'same-origin'
}
