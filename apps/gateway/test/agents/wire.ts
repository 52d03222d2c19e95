import type { Reply } from '@tollgate/testkit';
import { type Body, fieldsOf } from '../support/chat-face.ts';

/** A list of objects in a body; none where it isn't one. */
export const listIn = (body: Body, field: string): readonly Body[] => {
  const list = body[field];
  return Array.isArray(list) ? list.map(fieldsOf) : [];
};

/** The whole reply, or the stream to a request whose body asks for one. */
export const byWish =
  (whole: Reply, stream: Reply): Reply =>
  (writer) =>
    fieldsOf(writer.request.body)['stream'] === true ? stream(writer) : whole(writer);
