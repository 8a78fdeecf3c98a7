/** Halves of letters, as a text cut at the wrong place has them, become U+FFFD: an address cannot hold them. */
export function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}

/** `ja` to `ja-JP`: a language with its usual region, where an engine wants one. Text that is no language stays as it is. */
export function withRegion(language: string): string {
  try {
    const locale = new Intl.Locale(language);
    return locale.region === undefined
      ? `${locale.language}-${locale.maximize().region ?? ''}`.replace(/-$/, '')
      : language;
  } catch {
    return language;
  }
}

/** `ja-JP` to `ja`. */
export function withoutRegion(language: string): string {
  return language.split(/[-_]/)[0]?.toLowerCase() ?? language;
}
