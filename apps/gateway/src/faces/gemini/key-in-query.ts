import type { HttpHandler } from '../http/entrance.ts';
import { queryOf } from './address.ts';

/**
 * Google's clients may write their key into the address. It is read there once, as if it had come in
 * its header, and taken out, so that nothing after this could log it or send it on. A key in a header
 * goes first.
 */
export const withKeyInQuery =
  (handler: HttpHandler): HttpHandler =>
  (req, res) => {
    const url = req.url ?? '';
    const query = queryOf(url);
    const key = query.get('key');
    if (key !== null) {
      query.delete('key');
      const rest = query.toString();
      req.url = (url.split('?', 1)[0] ?? '') + (rest === '' ? '' : `?${rest}`);
      const { authorization, 'x-api-key': other } = req.headers;
      if (authorization === undefined && other === undefined) {
        req.headers['x-goog-api-key'] ??= key;
      }
    }
    handler(req, res);
  };
