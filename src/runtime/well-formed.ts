/** A text in which halves of letters are U+FFFD. `toWellFormed` of a language that is not our target's yet. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
