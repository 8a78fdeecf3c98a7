/** A word whose sound is known to be there; what `language`'s Pronouncer gives fits. */
export interface AlignableWord {
  /** Ways to say it, likeliest first, each a list of lip.txt names; none or empty ones: not spoken. */
  readonly readings: readonly (readonly string[])[];
  /** A pause is likely behind it. @default false */
  readonly isPause?: boolean;
  /** Where it is spoken, if that is known from elsewhere, to about 50 ms. */
  readonly window?: { readonly startMs: number; readonly endMs: number };
}
