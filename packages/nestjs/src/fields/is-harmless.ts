/** The longest word that is shown. */
const LONGEST_WORD = 12;

/** Whether text cannot be a secret: a short word or path, a number with a unit, or no more than three characters. */
export function isHarmless(text: string): boolean {
  if (text.length <= 3) return true;
  return (
    (text.length <= LONGEST_WORD && /^[a-z/ .-]+$/i.test(text)) || /^-?\d{1,6}(\.\d{1,3})? ?[a-z]{0,12}$/i.test(text)
  );
}
