/** A running timer. `ref` and `unref` say whether it keeps the process alive. */
export interface Timer {
  cancel(): void;
  ref(): void;
  unref(): void;
}
