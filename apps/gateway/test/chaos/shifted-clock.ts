import { readFileSync } from 'node:fs';

/*
 * Loaded before a gateway's own code, in each of its threads: the time of day is off by as many
 * milliseconds as the file says that TOLLGATE_TEST_CLOCK names. What is measured stays as it is, as on
 * a machine whose clock is set.
 */
const file = process.env['TOLLGATE_TEST_CLOCK'] ?? '';
const LOOK_MS = 20;

const realNow = Date.now.bind(Date);
let shiftMs = 0;
const look = (): void => {
  shiftMs = Number(readFileSync(file, 'utf8'));
};
look();
setInterval(look, LOOK_MS).unref();

const RealDate = Date;
const ShiftedDate = new Proxy(RealDate, {
  construct: (target, given, made) =>
    Reflect.construct(target, given.length === 0 ? [target.now()] : given, made),
});
RealDate.now = () => realNow() + shiftMs;
globalThis.Date = ShiftedDate;
