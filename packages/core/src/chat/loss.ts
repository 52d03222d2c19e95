/** Something asked for, or answered, that the other side can't say exactly. */
export interface Loss {
  /** Where, as a JSON path in the hub's words: `messages[2].content[0].cache`. */
  readonly path: string;
  readonly action: 'dropped' | 'clamped' | 'emulated' | 'moved';
  readonly why: string;
  /** `meaning`: refuse unless told otherwise. `hint`: go on and say so. */
  readonly weight: 'meaning' | 'hint';
}

export const hint = (path: string, action: Loss['action'], why: string): Loss => ({
  path,
  action,
  why,
  weight: 'hint',
});

export const meaning = (path: string, why: string): Loss => ({
  path,
  action: 'dropped',
  why,
  weight: 'meaning',
});

/** What an encoder produced, and what it could not say. */
export interface Encoded<T> {
  readonly value: T;
  readonly losses: readonly Loss[];
}
