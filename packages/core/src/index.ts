export { assertNever } from './assert-never.ts';
export { DAY_MS } from './day-ms.ts';
export { type Fold, type Stepper, stepper } from './fold.ts';
export { nearestName } from './nearest-name.ts';
export { err, ok, type Result } from './result.ts';
