export { HubContentPart } from './content-part.ts';
export {
  decodeHubEmbeddingRequest,
  encodeHubEmbeddingReply,
  HubEmbeddingReply,
  HubEmbeddingRequest,
} from './embeddings.ts';
export { encodeHubError, HubError, HubLimitFacts } from './error.ts';
export { HubLoss } from './loss.ts';
export { decodeHubReply, encodeHubReply, HubChatReply, HubChoice } from './reply.ts';
export {
  decodeHubRequest,
  encodeHubRequest,
  HubChatRequest,
  HubMessage,
  HubTool,
  HubToolChoice,
} from './request.ts';
export {
  decodeHubEvent,
  encodeHubEvent,
  HubPartDelta,
  HubPartStart,
  HubStreamEvent,
} from './stream-event.ts';
export { HubUsage } from './usage.ts';
export { HUB_VERSION } from './version.ts';
