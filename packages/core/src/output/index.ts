export { createCallCheck, missingCall } from './call-check.ts';
export { encodeHeld, type HeldRequest, outputByOf } from './encode-held.ts';
