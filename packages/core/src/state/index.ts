export { carrying } from './carrying.ts';
export { type OpenedRequest, openRequest } from './open-request.ts';
export { SEAL_MARK, type SealedPlace, type Sealer } from './sealer.ts';
