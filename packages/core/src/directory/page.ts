/** Part of a list, oldest first. */
export interface Page<R> {
  readonly items: readonly R[];
  /** Where the next page begins: its `after`. Absent: this was the last. */
  readonly next?: string;
}

export interface PageQuery {
  /** At most 200; absent: 50. */
  readonly limit?: number;
  readonly after?: string;
}

export const USUAL_LIMIT = 50;
