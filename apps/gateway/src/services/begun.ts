/**
 * Runs a generator to its first `yield`, which says nothing: from there on closing it runs its
 * `finally`, even if nobody ever reads. One that was never begun would close without a trace.
 */
export async function begun<G extends AsyncGenerator<unknown, void>>(generator: G): Promise<G> {
  await generator.next();
  return generator;
}
