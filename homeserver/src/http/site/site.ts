import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';

export interface SiteOptions {
  /** The client's build. */
  readonly clientDirectory: string;
  readonly publicUrl: string;
  /** What `/health` says beside `status`; the server is unhealthy if it rejects. */
  readonly describeHealth: () => Promise<object>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Guildhall</title>
<h1>Guildhall is running</h1>
<p>The web client has not been built yet. Build it with <code>npm run build -w client</code>, then load this page again.</p>
<p>Any Matrix client can sign in with this address as its homeserver.</p>
</html>
`;

/** What is not Matrix: the web client, `/health` and `/metrics`. */
export function createSite({
  clientDirectory,
  publicUrl,
  describeHealth,
  metrics,
  logger,
}: SiteOptions): Express {
  const policy = contentSecurityPolicy(publicUrl);
  // Over plain HTTP browsers ignore this one, and complain of it.
  const openerPolicy = publicUrl.startsWith('https:') ? { 'Cross-Origin-Opener-Policy': 'same-origin' } : {};
  const site = express();
  site.disable('x-powered-by').disable('etag');

  site.get('/health', async (_request, response) => {
    response.set('Cache-Control', 'no-store');
    try {
      response.json({ status: 'ok', ...(await describeHealth()) });
    } catch (error) {
      logger.error('the health check failed', { error });
      response.status(503).json({ status: 'failing' });
    }
  });

  site.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).end(await metrics.render());
  });

  site.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': policy,
      ...openerPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    next();
  });

  // The build's assets carry a hash of their content in their names.
  site.use('/assets', express.static(join(clientDirectory, 'assets'), { immutable: true, maxAge: '365d' }));
  site.use('/assets', (_request, response) => notFound(response));
  site.use(express.static(clientDirectory, { index: false, setHeaders: checkEachTime }));

  // The client routes by path: every other address is its page.
  site.use((request, response) => {
    if (!['GET', 'HEAD'].includes(request.method) || !request.accepts('html')) return notFound(response);
    response.set('Cache-Control', 'no-cache');
    const page = join(clientDirectory, 'index.html');
    if (existsSync(page)) response.sendFile(page, { cacheControl: false });
    else response.type('html').send(NOT_BUILT);
  });

  const answerError: ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const status: unknown = error?.status;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      response.status(status).type('text').send('Bad request\n');
      return;
    }
    logger.error('a page failed', { path: request.path, error });
    response.status(500).type('text').send('Internal server error\n');
  };
  site.use(answerError);
  return site;
}

function checkEachTime(response: Response): void {
  response.set('Cache-Control', 'no-cache');
}

function notFound(response: Response): void {
  response.status(404).type('text').send('Not found\n');
}
