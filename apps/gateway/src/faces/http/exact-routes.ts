import type { NextFunction, Request, Response } from 'express';
import type { HttpHandler } from './entrance.ts';

/**
 * Routes that are found by one look-up: Express tries its own one after another, which costs a short
 * call several microseconds. They stand in the router as well, for all spellings but this one.
 */
export interface ExactRoutes {
  add(method: string, path: string, handler: HttpHandler): void;
  /** Answers what it knows, and hands on the rest. */
  readonly middleware: (req: Request, res: Response, next: NextFunction) => void;
}

export function createExactRoutes(): ExactRoutes {
  const routes = new Map<string, HttpHandler>();
  return {
    add: (method, path, handler) => {
      routes.set(`${method} ${path}`, handler);
    },
    middleware: (req, res, next) => {
      const handler = routes.get(`${req.method} ${req.url}`);
      if (handler === undefined) next();
      else handler(req, res);
    },
  };
}
