import { frameRecording, type Recording } from '../recordings.ts';
import { eventStream, json, type Reply } from '../replies/reply.ts';
import { isStreaming } from './streaming-request.ts';

/**
 * A recording as a reply: the stream when the request asks for one, else the whole body.
 * Works on any mock. A recording that lacks the asked form cuts the connection.
 */
export function replay(recording: Recording): Reply {
  return (writer) => {
    const streaming = isStreaming(writer.request);
    if (streaming && recording.payloads !== undefined) {
      const frames = frameRecording(recording).split(/(?<=\n\n)/);
      return eventStream(frames)(writer);
    }
    if (!streaming && recording.body !== undefined) return json(recording.body)(writer);
    throw new Error(
      `${recording.provider}/${recording.name} was not recorded ${streaming ? 'as a stream' : 'whole'}`,
    );
  };
}
