import type { ReceivedRequest } from '../replies/reply.ts';

export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

export function isStreaming(request: ReceivedRequest): boolean {
  return fieldOf(request.body, 'stream') === true;
}

export function refuseUnlessStreaming(request: ReceivedRequest): string | undefined {
  return isStreaming(request) ? undefined : 'asked for a whole reply, but a stream is scripted';
}

export function wantsUsage(request: ReceivedRequest): boolean {
  return fieldOf(fieldOf(request.body, 'stream_options'), 'include_usage') === true;
}

export function refuseIfStreaming(request: ReceivedRequest): string | undefined {
  return isStreaming(request) ? 'asked for a stream, but a whole reply is scripted' : undefined;
}
