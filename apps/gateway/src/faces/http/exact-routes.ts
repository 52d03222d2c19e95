import type { IncomingMessage } from 'node:http';
import type { HttpHandler } from './entrance.ts';

/**
 * Routes that are found by one look-up, before Express: that tries its own one after another, and
 * gives every request another prototype, each at the price of several microseconds. They stand in the
 * router as well, for all spellings but this one.
 */
export interface ExactRoutes {
  add(method: string, path: string, handler: HttpHandler): void;
  find(req: IncomingMessage): HttpHandler | undefined;
}

export function createExactRoutes(): ExactRoutes {
  const routes = new Map<string, HttpHandler>();
  return {
    add: (method, path, handler) => {
      routes.set(`${method} ${path}`, handler);
    },
    find: ({ method, url }) => routes.get(`${method} ${url}`),
  };
}
