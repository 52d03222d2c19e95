/** What one of the doctor's checks found. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it; present unless all is well. */
  readonly advice?: string;
}

export const fine = (name: string, detail: string): Check => ({ name, status: 'ok', detail });

export const warning = (name: string, detail: string, advice: string): Check => ({
  name,
  status: 'warning',
  detail,
  advice,
});

export const failed = (name: string, detail: string, advice: string): Check => ({
  name,
  status: 'failed',
  detail,
  advice,
});
