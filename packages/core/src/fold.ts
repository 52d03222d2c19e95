/** A pure state machine over a stream: state and input in, next state and outputs out. Never throws. */
export interface Fold<State, In, Out> {
  readonly initial: State;
  step(state: State, input: In): readonly [State, readonly Out[]];
  /** The input is over; says what that means, a truncation for instance. */
  end(state: State): readonly Out[];
}

/** A fold with its state hidden, so that folds over different states have one type. */
export interface Stepper<In, Out> {
  push(input: In): readonly Out[];
  end(): readonly Out[];
}

export function stepper<State, In, Out>(fold: Fold<State, In, Out>): Stepper<In, Out> {
  let state = fold.initial;
  return {
    push(input) {
      const [next, outputs] = fold.step(state, input);
      state = next;
      return outputs;
    },
    end: () => fold.end(state),
  };
}
