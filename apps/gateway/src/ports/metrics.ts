/** What operators watch, in Prometheus' text format. */
export interface Metrics {
  /** The exposition's content type. */
  readonly contentType: string;
  render(): Promise<string>;
}
