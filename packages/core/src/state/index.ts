export type { CarryingFace, Sealing } from './choice-sealer.ts';
export { type OpenedRequest, openRequest } from './open-request.ts';
export { createReplySealer, type ReplySealer, sealReply } from './seal-reply.ts';
export { SEAL_MARK, type SealedPlace, type Sealer } from './sealer.ts';
export type { StatePlaces } from './state-places.ts';
