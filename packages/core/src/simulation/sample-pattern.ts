/** Repetitions that nobody's real pattern needs are not written out. */
const MOST_REPEATS = 1000;
const MOST_CHARACTERS = 10_000;

const CLASSES: { readonly [letter: string]: string } = {
  d: '0',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
};
const CONTROLS: { readonly [letter: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
};
/** What a negated class is tried with. */
const CANDIDATES = [...'aA0_- !~'];

/**
 * A short text that a regular expression accepts, at least `minLength` long where the expression
 * repeats without bound. Read, never run: a client's pattern can be made to run for hours.
 * Undefined for what is beyond plain expressions: look-around, back-references.
 */
export function samplePattern(pattern: string, minLength: number): string | undefined {
  const shortest = new PatternReader(pattern, 0).read();
  if (shortest === undefined || shortest.length >= minLength) return shortest;
  return new PatternReader(pattern, Math.min(minLength, MOST_REPEATS)).read();
}

/** One pass over one pattern. `more` is how often what may repeat without bound is repeated. */
class PatternReader {
  readonly #pattern: string;
  readonly #more: number;
  #at = 0;
  #failed = false;

  constructor(pattern: string, more: number) {
    this.#pattern = pattern;
    this.#more = more;
  }

  read(): string | undefined {
    const text = this.#alternatives(0);
    return this.#failed || this.#at < this.#pattern.length ? undefined : text;
  }

  #alternatives(depth: number): string {
    const first = this.#sequence(depth);
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1;
      this.#sequence(depth);
    }
    return first;
  }

  #sequence(depth: number): string {
    let text = '';
    while (this.#at < this.#pattern.length && !this.#failed) {
      const next = this.#pattern[this.#at];
      if (next === '|' || next === ')') break;
      const atom = this.#atom(depth);
      const times = this.#times();
      if (text.length + atom.length * times > MOST_CHARACTERS) this.#failed = true;
      else text += atom.repeat(times);
    }
    return text;
  }

  #atom(depth: number): string {
    const character = this.#pattern[this.#at] ?? '';
    this.#at += 1;
    if (character === '^' || character === '$') return '';
    if (character === '.') return 'a';
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape();
    if (character !== '(') return character;
    const group = /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.#pattern.slice(this.#at, this.#at + 64));
    if (this.#pattern[this.#at] === '?' && group === null) this.#failed = true;
    if (depth > 32) this.#failed = true;
    if (this.#failed) return '';
    this.#at += group?.[0].length ?? 0;
    const text = this.#alternatives(depth + 1);
    if (this.#pattern[this.#at] !== ')') this.#failed = true;
    this.#at += 1;
    return text;
  }

  #escape(): string {
    const letter = this.#pattern[this.#at] ?? '';
    this.#at += 1;
    if (letter === 'b') return '';
    if (/[BkpPux1-9]/.test(letter)) this.#failed = true;
    return CLASSES[letter] ?? CONTROLS[letter] ?? letter;
  }

  #class(): string {
    const end = /\]/.exec(this.#pattern.slice(this.#at).replace(/\\./g, '..'));
    if (end === null) {
      this.#failed = true;
      return '';
    }
    const body = this.#pattern.slice(this.#at, this.#at + end.index);
    this.#at += end.index + 1;
    if (/\\[upPxk]/.test(body)) this.#failed = true;
    if (!body.startsWith('^')) return firstOf(body);
    const found = CANDIDATES.find((candidate) => !holds(body.slice(1), candidate));
    if (found === undefined) this.#failed = true;
    return found ?? '';
  }

  #times(): number {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(
      this.#pattern.slice(this.#at, this.#at + 24),
    );
    if (match === null) return 1;
    this.#at += match[0].length;
    if (match[0].startsWith('?')) return 0;
    if (match[0].startsWith('*')) return this.#more;
    if (match[0].startsWith('+')) return Math.max(1, this.#more);
    const least = Number(match[1]);
    if (least > MOST_REPEATS) this.#failed = true;
    if (match[2] !== ',') return least;
    const most = match[3] === '' ? MOST_REPEATS : Number(match[3]);
    return Math.max(least, Math.min(this.#more, most));
  }
}

function firstOf(body: string): string {
  if (!body.startsWith('\\')) return body[0] ?? '';
  const letter = body[1] ?? '';
  return CLASSES[letter] ?? CONTROLS[letter] ?? letter;
}

function holds(body: string, candidate: string): boolean {
  for (let at = 0; at < body.length; at += 1) {
    const character = body[at] ?? '';
    if (character === '\\') {
      at += 1;
      const letter = body[at] ?? '';
      if (letter === 'd' ? /\d/.test(candidate) : false) return true;
      if (letter === 'w' ? /\w/.test(candidate) : false) return true;
      if (letter === 's' ? /\s/.test(candidate) : false) return true;
      if (letter === candidate) return true;
    } else if (body[at + 1] === '-' && at + 2 < body.length) {
      if (candidate >= character && candidate <= (body[at + 2] ?? '')) return true;
      at += 2;
    } else if (character === candidate) return true;
  }
  return false;
}
