export interface GeneratedDoc {
  /** From the root. */
  readonly path: string;
  readonly text: string;
}

/** The pages that are written from the code, as they are to be now. */
export async function generatedDocs(_root: string): Promise<readonly GeneratedDoc[]> {
  return [];
}
