/** XML 1.0 knows no other characters below a blank, nor lone surrogates and the two at the end of the plane. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Text as it stands in XML, between tags and in attributes alike: nothing in it is markup, and what XML cannot hold is left out.
 *
 * @source XML 1.0 sections 2.2 and 2.4
 */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (letter) => NAMED[letter] ?? letter);
}

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
