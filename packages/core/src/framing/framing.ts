/**
 * How a provider cuts a stream into events: server-sent events, or AWS's event stream, whose messages
 * are the events themselves or carry them as bytes.
 */
export type Framing = 'sse' | 'amazon-events' | 'amazon-chunks';
