import { listRecordings, type RecordingFamily } from '@tollgate/testkit';

/** What was recorded and does not go through the table, and why. */
export const NOT_REPLAYED: { readonly [family in RecordingFamily]?: string } = {
  'openai-embeddings': 'vectors; embeddings have suites of their own',
  'gemini-interactions': 'an API that no face and no provider dialect of ours speaks',
  other: 'images, skills, reranking, transcription, speech: no endpoint of ours',
};

export const notReplayed = (): string =>
  Object.entries(NOT_REPLAYED)
    .map(([family, why]) => {
      const count = listRecordings().filter((one) => one.family === family).length;
      return `not replayed: ${count} of ${family} (${why})`;
    })
    .join('\n');
