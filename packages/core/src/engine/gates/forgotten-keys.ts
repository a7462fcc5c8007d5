/** How often forgotten keys are reported, in milliseconds. */
const REPORT_EVERY_MS = 60_000;

/** Counts the keys that were forgotten before their time: reports the first at once, those after it once a minute. */
export class ForgottenKeys {
  count = 0;
  private reported = 0;
  private reportedAt = -Infinity;

  /** `report` is told how many were forgotten since the report before. */
  constructor(private readonly report: (forgotten: number) => void) {}

  note(now: number): void {
    this.count++;
    if (now - this.reportedAt < REPORT_EVERY_MS) return;
    const forgotten = this.count - this.reported;
    this.reported = this.count;
    this.reportedAt = now;
    this.report(forgotten);
  }
}
