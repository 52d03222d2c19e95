/** Loaded before the gateway (`node --import`): gives it a ledger that books nothing, to compare with. */
import { registerHooks } from 'node:module';

const UNBOOKED = new URL('./unbooked-ledger.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/sqlite-ledger.ts') && context.parentURL !== UNBOOKED
      ? { url: UNBOOKED, shortCircuit: true }
      : next(specifier, context),
});
