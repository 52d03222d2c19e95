export interface CodeBlock {
  /** Of its first fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language: `run`, `shows`, a path. */
  readonly about: string;
  readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w+)[ ]*(.*)\n([\s\S]*?)\n```$/gm)].map((match) => {
    const [, language = '', about = '', text = ''] = match;
    return { line: page.slice(0, match.index).split('\n').length, language, about, text };
  });
}
