import { FEATURES, type Feature, type Weight } from './features.ts';

/** Something asked for, or answered, that the other side can't say exactly. */
export interface Loss {
  readonly feature: Feature;
  /** Where, as a JSON path in the hub's words: `messages[2].content[0].cache`. */
  readonly path: string;
  readonly action: 'dropped' | 'clamped' | 'emulated' | 'moved';
  readonly why: string;
  /** By the table of features; what an operator set otherwise is the gateway's to know. */
  readonly weight: Weight;
}

/** A feature that the other side can't say at all. */
export const lost = (feature: Feature, path: string, why: string): Loss =>
  changed(feature, path, 'dropped', why);

/** A feature that the other side is told otherwise than it was asked for. */
export const changed = (
  feature: Feature,
  path: string,
  action: Loss['action'],
  why: string,
): Loss => ({
  feature,
  path,
  action,
  why,
  weight: action === 'dropped' ? FEATURES[feature].weight : 'hint',
});

/** What an encoder produced, and what it could not say. */
export interface Encoded<T> {
  readonly value: T;
  readonly losses: readonly Loss[];
}
