/** An amount in pico-dollars, 1e-12 USD: a token's price is whole in it, so that sums stay exact. */
export type PicoUsd = bigint & { readonly __unit: 'PicoUsd' };

export const picoUsd = (amount: bigint): PicoUsd => amount as PicoUsd;

const PICO_PER_CENT = 10_000_000_000n;
const PICO_PER_MICRO = 1_000_000n;

/** `12.34`, rounded to the cent; less than a cent in micro-dollars: `0.001234`. For people to read. */
export function showUsd(amount: PicoUsd): string {
  const isSmall = amount < PICO_PER_CENT;
  const unit = isSmall ? PICO_PER_MICRO : PICO_PER_CENT;
  const digits = isSmall ? 6 : 2;
  const rounded = (amount + unit / 2n) / unit;
  const text = rounded.toString().padStart(digits + 1, '0');
  return amount === 0n ? '0' : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The exact amount in dollars, without zeros at the end: `parseUsd` reads the same of it. */
export function writeUsd(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(13, '0');
  const fraction = digits.slice(-12).replace(/0+$/, '');
  const sign = amount < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -12)}${fraction === '' ? '' : `.${fraction}`}`;
}

const DOLLARS = /^(\d{1,9})(?:\.(\d{1,12}))?$/;

/** Whole pico-dollars of a decimal amount in dollars, exactly; undefined for what is none, or finer. */
export function parseUsd(text: string): PicoUsd | undefined {
  const [whole, dollars, fraction = ''] = DOLLARS.exec(text) ?? [];
  if (whole === undefined || dollars === undefined) return undefined;
  return picoUsd(BigInt(dollars + fraction.padEnd(12, '0')));
}
