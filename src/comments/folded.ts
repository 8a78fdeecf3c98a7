/** A text as rules compare it: compatibility forms (ＡＢＣ, ㌔, ﬁ) and case count nothing, ß is ss. */
export function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
