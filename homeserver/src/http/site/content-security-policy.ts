/**
 * What a page of the client may load: its own scripts, styles and fonts, and what it decrypts or downloads into blobs.
 * Nothing inline, nothing from elsewhere, nobody may frame it. It may ask other servers, and nothing but ask: people sign
 * in to any homeserver, and what that sends is shown from blobs.
 * @param publicUrl where the client finds the homeserver, which may be another origin than the page's.
 */
export function contentSecurityPolicy(publicUrl: string): string {
  const { origin } = new URL(publicUrl);
  const socketOrigin = origin.replace(/^http/, 'ws');
  // Where this server is without TLS, on somebody's own machine, others may be as well.
  const homeservers = origin.startsWith('https:') ? 'https:' : 'https: http:';
  return [
    "default-src 'none'",
    // WebAssembly: the end-to-end encryption.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src 'self' ${origin} blob: data:`,
    `media-src 'self' ${origin} blob:`,
    `connect-src 'self' ${origin} ${socketOrigin} ${homeservers}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
