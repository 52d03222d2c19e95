export { encodeHeld, type HeldRequest, outputByOf } from './encode-held.ts';
