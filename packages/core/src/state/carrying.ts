import type { FaceCodec } from '../dialects/dialect.ts';
import { createReplySealer, sealReply } from './seal-reply.ts';
import type { Sealer } from './sealer.ts';
import type { StatePlaces } from './state-places.ts';

/**
 * A face's dialect whose replies carry what their provider wants back: in the dialect's own places,
 * else in ids of calls.
 */
export function carrying(
  face: FaceCodec,
  made: StatePlaces,
  sealer: Sealer,
): Pick<FaceCodec, 'encodeReply' | 'createStreamEncoder'> {
  const sealing = { made, face, sealer };
  return {
    encodeReply: (reply, answering) => {
      const sealed = sealReply(reply, sealing);
      const { value, losses } = face.encodeReply(sealed.value, answering);
      return { value, losses: [...sealed.losses, ...losses] };
    },
    createStreamEncoder: (answering) => {
      const replies = createReplySealer(sealing);
      const encoder = face.createStreamEncoder(answering);
      return {
        push: (event) => {
          const sealed = replies.push(event);
          // As nearly all are, one for one.
          const [only] = sealed;
          if (only !== undefined && sealed.length === 1) return encoder.push(only);
          return sealed.flatMap((one) => encoder.push(one));
        },
        end: encoder.end,
        losses: () => [...replies.losses(), ...encoder.losses()],
      };
    },
  };
}
