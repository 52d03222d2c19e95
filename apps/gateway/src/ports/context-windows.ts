/** How much models read at most. */
export interface ContextWindows {
  /** Tokens; undefined: nobody knows, which is never a small number. */
  windowOf(provider: string, model: string): number | undefined;
}
