export { carrying } from './carrying.ts';
export { type OpenedRequest, openRequest } from './open-request.ts';
export { createStateSpotter, rawStates, type StateMaker, withMakers } from './raw-state.ts';
export { SEAL_MARK, type SealedPlace, type Sealer } from './sealer.ts';
export type { StatePlaces } from './state-places.ts';
