/** The gateways that share a ledger, this one among them. */
export interface Gateways {
  /** This one's name, new at each start. */
  readonly own: string;
  /** There can be no other. */
  readonly isAlone: boolean;
  /** Whether it may still be at work: of one that fell silent, true until that has lasted. */
  isAlive(name: string): Promise<boolean>;
}
