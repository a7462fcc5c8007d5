/**
 * The least number of `whole` that is at least `share` of it, a share in (0, 1]: 11 of 20 for 0.55, 2 of 3 for 2/3.
 * Calls are compared with it, as whole numbers.
 */
export function leastOf(whole: number, share: number): number {
  const least = Math.ceil(share * whole);
  // The product may be a little more than it should be: 0.55 × 20 is above 11. A quotient is rounded as the share was.
  return (least - 1) / whole >= share ? least - 1 : least;
}

/** Whether `part` of `whole` is the share or more. */
export function reaches(part: number, whole: number, share: number): boolean {
  return part >= leastOf(whole, share);
}
